import { randomUUID } from 'node:crypto';
import { mispSinkName } from '../activities/dependencies.js';
import type { LoadedConfig } from '../config/load-config.js';
import { checkFeed } from '../feeds/check-feed.js';
import { createFeed, withheldBy } from '../feeds/create-feed.js';
import { createSource } from '../mail/create-source.js';
import type { MispConfig } from '../misp/config.js';
import { createMispRevisionSink, createMispSink } from '../misp/create-sink.js';
import type { Sink } from '../sinks/sink.js';
import { createTarget } from '../soar/create-target.js';
import { repeatsLine } from '../soar/target-setup.js';
import { FileStore } from '../store/file-store.js';
import { searchAttributeTypes } from '../temporal/search-attributes.js';
import { countWorkers, withTemporal } from './with-temporal.js';

/** Something to verify, and what came of it. */
export interface Check {
  /** As `mailbox soc`. */
  readonly name: string;
  /** Never rejects. */
  readonly result: Promise<CheckResult>;
}

export interface CheckResult {
  /** For people, a line each. */
  readonly findings: readonly string[];
  readonly error?: unknown;
}

const patienceMs = 60_000;

/** Starts the verification of everything that a worker with this configuration needs. */
export function checksOf(loaded: LoadedConfig): readonly Check[] {
  const { config, baseFolder, secret } = loaded;
  const targets = Object.entries(config.targets).map(([name, target]) =>
    start(`target ${name}`, () => checkSink(createTarget(name, target, secret, baseFolder))),
  );
  const mailboxes = Object.entries(config.mailboxes).map(([name, mailbox]) =>
    start(`mailbox ${name}`, async () => {
      const source = createSource(name, mailbox, secret, baseFolder);
      try {
        return (await source.check(AbortSignal.timeout(patienceMs))).findings;
      } finally {
        await source.close();
      }
    }),
  );
  const { misp } = config;
  return [
    start('configuration', async () => [loaded.path]),
    start('store', () => checkStore(loaded)),
    start('Temporal', () => withTemporal((temporal) => checkTemporal(temporal, config.taskQueue))),
    ...mailboxes,
    ...targets,
    ...(misp === undefined ? [] : [start(mispSinkName, () => checkMisp(loaded, misp)), ...feedChecks(loaded, misp)]),
  ];
}

function start(name: string, work: () => Promise<readonly string[]>): Check {
  // A secret that is not set is told by throwing at once.
  const result = Promise.resolve()
    .then(work)
    .then(
      (findings) => ({ findings }),
      (error: unknown) => ({ findings: [], error }),
    );
  return { name, result };
}

/** Feeds ask more of MISP: they change events, too. */
async function checkMisp({ config, baseFolder, secret }: LoadedConfig, misp: MispConfig): Promise<readonly string[]> {
  const hasFeeds = Object.keys(config.feeds).length > 0;
  return checkSink((hasFeeds ? createMispRevisionSink : createMispSink)(misp, secret, baseFolder));
}

function feedChecks(loaded: LoadedConfig, misp: MispConfig): readonly Check[] {
  const { config, baseFolder, secret } = loaded;
  return Object.entries(config.feeds).map(([name, feed]) =>
    start(`feed ${name}`, async () => {
      const created = createFeed(name, feed, misp, secret, baseFolder, withheldBy(loaded));
      try {
        return await checkFeed(created, AbortSignal.timeout(patienceMs));
      } finally {
        await created.source.close();
      }
    }),
  );
}

async function checkSink(sink: Pick<Sink, 'check' | 'close' | 'repeats'>): Promise<readonly string[]> {
  try {
    const findings = await sink.check(AbortSignal.timeout(patienceMs));
    const said = findings.some((line) => line.startsWith('repeats:'));
    return said ? findings : [...findings, repeatsLine(sink.repeats)];
  } finally {
    await sink.close();
  }
}

/** A record that is created and removed again says more than any look at rights. */
async function checkStore({ config, resolve }: LoadedConfig): Promise<readonly string[]> {
  const path = resolve(config.store.path);
  const store = await FileStore.open(path);
  try {
    const key = `checks/${randomUUID()}`;
    await store.createMany([{ key, body: Buffer.from('written by `lurewatch check`\n') }]);
    await store.remove(key);
    return [`${path}: can be written`];
  } finally {
    await store.close();
  }
}

async function checkTemporal(
  temporal: Parameters<typeof countWorkers>[0],
  taskQueue: string,
): Promise<readonly string[]> {
  const { connection, address, namespace } = temporal;
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = searchAttributeTypes.map(([name]) => name).filter((name) => customAttributes?.[name] === undefined);
  const workers = await countWorkers(temporal, taskQueue);
  return [
    `${address}, namespace ${namespace}`,
    missing.length === 0
      ? 'search attributes: all there'
      : `search attributes: ${missing.join(', ')} missing; a worker registers them at its start where it may`,
    `workers on task queue ${taskQueue}: ${workers}`,
  ];
}
