import { closeSync, openSync } from 'node:fs';
import type { Dependencies } from '../../src/activities/dependencies.js';
import type { MailSource } from '../../src/mail/source.js';
import type { Sink } from '../../src/sinks/sink.js';
import type { Store } from '../../src/store/store.js';

/** What a worker writes, in the order of a message's way. Each can be died before and after. */
const written = {
  evidence: /^evidence\//,
  message: /^ledger\/messages\//,
  extraction: /^extractions\//,
  ticket: /^ledger\/message-ids\//,
  document: /^ledger\/alerts\//,
  claim: /^ledger\/sinks\/[^/]+\/.\/[^/]+\.claim-\d+\.json$/,
  outcome: /\.outcome\.json$/,
} as const;

type Written = keyof typeof written;
export type KillPoint = `${'before' | 'after'} ${Written | 'send' | 'flag'}` | 'in fetch';

export const killPoints: readonly KillPoint[] = [
  ...(Object.keys(written) as Written[]).flatMap((name): KillPoint[] => [`before ${name}`, `after ${name}`]),
  'before send',
  'after send',
  'before flag',
  'after flag',
  'in fetch',
];

/**
 * Dependencies that end the process with SIGKILL at a point, once: `marker` is a file that the death creates, so that
 * the next worker with the same marker lives.
 */
export function dyingAt(point: KillPoint, marker: string): (dependencies: Dependencies) => Dependencies {
  const reach = (reached: KillPoint) => {
    if (reached !== point) return;
    try {
      closeSync(openSync(marker, 'wx'));
    } catch {
      return;
    }
    process.kill(process.pid, 'SIGKILL');
    // The signal arrives between two instructions at the latest; nothing more may happen before it.
    for (;;) {}
  };
  return (dependencies) => {
    watchStore(dependencies.store, reach);
    for (const sink of dependencies.sinks.values()) watchSink(sink, reach);
    for (const source of dependencies.sources.values()) watchSource(source, reach);
    return dependencies;
  };
}

function watchStore(store: Store, reach: (point: KillPoint) => void): void {
  const createMany = store.createMany.bind(store);
  store.createMany = async (records) => {
    const name = (Object.keys(written) as Written[]).find((candidate) =>
      records.some(({ key }) => written[candidate].test(key)),
    );
    if (name !== undefined) reach(`before ${name}`);
    const created = await createMany(records);
    if (name !== undefined) reach(`after ${name}`);
    return created;
  };
}

function watchSink(sink: Sink, reach: (point: KillPoint) => void): void {
  const send = sink.send.bind(sink);
  sink.send = async (documents, signal) => {
    reach('before send');
    const results = await send(documents, signal);
    reach('after send');
    return results;
  };
}

function watchSource(source: MailSource, reach: (point: KillPoint) => void): void {
  const fetch = source.fetch.bind(source);
  source.fetch = (folder, uids, limits, take, signal) =>
    fetch(
      folder,
      uids,
      limits,
      async (message) => {
        await take(message);
        reach('in fetch');
      },
      signal,
    );
  const markSeen = source.markSeen.bind(source);
  source.markSeen = async (folder, uids, signal) => {
    reach('before flag');
    const result = await markSeen(folder, uids, signal);
    reach('after flag');
    return result;
  };
}
