import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../../src/config/load-config.js';
import { applySchedules } from '../../src/schedules/apply.js';
import { desiredSchedules } from '../../src/schedules/desired.js';
import { TcpProxy } from '../../test/support/tcp-proxy.js';
import { lookAtAftermath, openDeliveries } from '../chaos/aftermath.js';
import { audit } from '../chaos/audit.js';
import { carryOut, type Victims } from '../chaos/carry-out.js';
import { Fleet } from '../chaos/fleet.js';
import { chaosPlan, describeFault } from '../chaos/plan.js';
import type { ClusterSite } from '../cluster/cluster-site.js';
import { Deployment } from '../cluster/deployment.js';
import { Receiver } from '../receiver.js';
import type { BenchOptions, ClusterResult } from '../scenario.js';

const workers = 3;
const mailbox = 'soc';
const prefix = 'chaos';
const mostFaults = 1000;
/** Without any progress for so long, after the last fault, it is stuck. */
const stuckAfterMs = 240_000;
const tellEveryMs = 30_000;

/**
 * A mailbox on a schedule, while workers die, servers come back from crashes, and store and target are cut off: planned by
 * chance from a seed. When all stands again and the mailbox is empty, everything is counted.
 */
export async function chaos(site: ClusterSite, options: BenchOptions): Promise<ClusterResult> {
  const { mails = 20_000, minutes = 10, seed = Math.floor(Math.random() * 999_999) + 1, onProgress } = options;
  onProgress(`chaos: seed ${seed}, ${mails} mails, faults for at most ${minutes} minutes`);
  const user = await site.mailboxes.generated(mails, prefix);
  const receiver = await Receiver.start(0);
  const storeProxy = await TcpProxy.start({ host: '127.0.0.1', port: site.s3.port });
  const targetProxy = await TcpProxy.start({ host: '127.0.0.1', port: receiver.port });
  const deployment = await Deployment.prepare(site, {
    mailboxes: { [mailbox]: user },
    receiverPort: targetProxy.port,
    s3Port: storeProxy.port,
    mailboxSettings: { [mailbox]: { every: '5s' } },
  });
  const fleet = new Fleet(workers, () => deployment.worker());
  try {
    const { config } = await loadConfig(deployment.configFile, { ...process.env, ...deployment.environment });
    const startedAt = performance.now();
    await applySchedules(site.temporal.client, desiredSchedules(config), {
      prune: false,
      taskQueue: deployment.taskQueue,
    });
    const victims: Victims = { site, fleet, workers, storeProxy, targetProxy };
    const done = async () => (await receiver.counts()).cases;
    const faults = new Map<string, number>();
    for (const planned of chaosPlan(seed, mostFaults, workers)) {
      await sleep(planned.pauseMs);
      const cases = await done();
      if (cases >= mails || performance.now() - startedAt > minutes * 60_000) break;
      onProgress(`chaos: ${cases} alerts; ${describeFault(planned)}`);
      await carryOut(planned.fault, victims);
      faults.set(planned.fault.kind, (faults.get(planned.fault.kind) ?? 0) + 1);
    }
    const faultsSeconds = (performance.now() - startedAt) / 1000;
    onProgress(`chaos: ${await done()} alerts; everything stands again`);
    await settled(site, receiver, user, mails, onProgress);
    const seconds = (performance.now() - startedAt) / 1000;
    const found = audit(await lookAtAftermath({ site, deployment, receiver, user, mailbox, mails, prefix }));
    for (const complaint of fleet.complaints) onProgress(`chaos: a worker ended by itself: ${complaint.slice(-600)}`);
    if (found.findings.length > 0) throw new Error(`chaos, seed ${seed}: ${found.findings.join('; ')}`);
    return {
      name: 'chaos',
      corpus: 'generated',
      figures: [
        { name: `mails, seed ${seed}`, value: mails, unit: 'each exactly one alert' },
        { name: 'faults', value: [...faults.values()].reduce((sum, times) => sum + times, 0), unit: 'in all' },
        { name: 'time with faults', value: faultsSeconds, unit: 's' },
        { name: 'time to the last mail', value: seconds, unit: 's' },
        { name: 'requests repeated under the same id', value: found.repeats, unit: 'recognised by the target' },
        { name: 'worker processes', value: fleet.starts, unit: 'started' },
        { name: 'starts of workers in vain', value: fleet.failedStarts, unit: 'while Temporal was away' },
        { name: 'workers that ended by themselves', value: fleet.complaints.length, unit: 'started again' },
      ],
      tables: [{ title: 'fault', rows: [...faults].map(([fault, times]) => ({ fault, times })) }],
    };
  } finally {
    await fleet.stop();
    await Promise.all([storeProxy.stop(), targetProxy.stop()]);
    await receiver.close();
  }
}

/** Until nothing is unread and nothing under way; an error of the count afterwards where that never comes. */
async function settled(
  site: ClusterSite,
  receiver: Receiver,
  user: string,
  mails: number,
  onProgress: (line: string) => void,
): Promise<void> {
  let last = '';
  let toldAt = performance.now();
  let lastAt = performance.now();
  for (;;) {
    const { cases } = await receiver.counts();
    const unread = await site.mailboxes.unread(user);
    const open = await openDeliveries(site).catch(() => -1);
    if (cases >= mails && unread === 0 && open === 0) return;
    const state = `${cases} alerts, ${unread} mails unread, ${open} workflows open`;
    if (performance.now() - toldAt > tellEveryMs) {
      onProgress(`chaos: ${state}`);
      toldAt = performance.now();
    }
    if (state !== last) {
      last = state;
      lastAt = performance.now();
    } else if (performance.now() - lastAt > stuckAfterMs) return;
    await sleep(1000);
  }
}
