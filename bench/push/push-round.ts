import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { loadConfig } from '../../src/config/load-config.js';
import { applySchedules } from '../../src/schedules/apply.js';
import { desiredSchedules } from '../../src/schedules/desired.js';
import { deleteSchedule } from '../../src/schedules/operate.js';
import { type Corpus, generatedCorpus } from '../corpus.js';
import { startWorker } from '../lurewatch-round.js';
import { Receiver } from '../receiver.js';
import type { Site } from '../site.js';

export interface PushRoundOptions {
  readonly mails: number;
  readonly apartMs: number;
  /** What differs in the mailbox's configuration. */
  readonly mailbox: Readonly<Record<string, unknown>>;
}

const lookEveryMs = 10;
const longestMs = 5 * 60_000;

/** Mails that come one by one to a mailbox polled by its schedule: how long until each is at the receiver, in milliseconds. */
export async function pushRound(site: Site, { mails, apartMs, mailbox }: PushRoundOptions): Promise<readonly number[]> {
  const folder = join(site.folder, randomUUID());
  await mkdir(folder);
  const corpus = generatedCorpus(mails);
  const user = await site.mailbox([]);
  const receiver = await Receiver.start(0);
  const worker = await startWorker(site, folder, receiver.url, { soc: user }, { corpus, latencyMs: 0, mailbox });
  try {
    const { config } = await loadConfig(join(folder, 'lurewatch.yaml'), {});
    await applySchedules(site.client, desiredSchedules(config), { prune: false, taskQueue: config.taskQueue });
    return await worker.whileRunning(delays(site, receiver, user, corpus, apartMs));
  } finally {
    await deleteSchedule(site.client, 'soc');
    await worker.stop();
    await receiver.close();
  }
}

/** The first mail of the warm-up tells that all is up. */
async function delays(
  site: Site,
  receiver: Receiver,
  user: string,
  { mails, warmUp }: Corpus,
  apartMs: number,
): Promise<readonly number[]> {
  const deliver = (raw: Buffer) => site.dovecot.mailboxes.deliver(user, [{ raw }]);
  const [first] = warmUp;
  if (first !== undefined) await deliver(first);
  await arrived(receiver, 1);
  const measured: Promise<number>[] = [];
  for (const [index, mail] of mails.entries()) {
    await pause(apartMs);
    await deliver(mail);
    const at = performance.now();
    measured.push(arrived(receiver, index + 2).then((arrivedAt) => arrivedAt - at));
  }
  return Promise.all(measured);
}

/** Mails are taken in the order in which they came, so the count tells which have arrived. */
async function arrived(receiver: Receiver, count: number): Promise<number> {
  const deadline = performance.now() + longestMs;
  while ((await receiver.counts()).cases < count) {
    if (performance.now() > deadline)
      throw new Error(`only ${(await receiver.counts()).cases} of ${count} mails arrived`);
    await pause(lookEveryMs);
  }
  return performance.now();
}
