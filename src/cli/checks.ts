import { mispSinkName } from '../activities/dependencies.js';
import { countOlder } from '../activities/list-unread.js';
import type { LoadedConfig } from '../config/load-config.js';
import type { Config, MailboxConfig } from '../config/schema.js';
import { checkFeed } from '../feeds/check-feed.js';
import { createFeed, withheldBy } from '../feeds/create-feed.js';
import type { ProxyChoice } from '../http/proxy/address.js';
import { loadExclusion } from '../indicators/exclude/load-exclusion.js';
import { createSource } from '../mail/create-source.js';
import type { MispConfig } from '../misp/config.js';
import { createMispRevisionSink, createMispSink, createMispWarninglists } from '../misp/create-sink.js';
import { targetsOf } from '../routing/targets-of.js';
import type { Sink } from '../sinks/sink.js';
import { createTarget } from '../soar/create-target.js';
import { takesOriginal } from '../soar/original.js';
import { repeatsLine } from '../soar/target-setup.js';
import { openStore } from '../store/open-store.js';
import { readHistoryKeys } from '../temporal/codec/keys.js';
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
    start(`target ${name}`, async () => [
      ...(await checkSink(createTarget(name, target, secret, baseFolder))),
      ...proxyLines(target),
    ]),
  );
  const mailboxes = Object.entries(config.mailboxes).map(([name, mailbox]) =>
    start(`mailbox ${name}`, async () => {
      const source = createSource(name, mailbox, secret, baseFolder);
      try {
        const { findings } = await source.check(AbortSignal.timeout(patienceMs));
        const older = await countOlder({ config: mailbox, source }, AbortSignal.timeout(patienceMs));
        return [
          ...findings,
          ...(older === undefined ? [] : [olderLine(older, mailbox.daysBack ?? 0)]),
          ...originalLines(mailbox, config.targets),
          ...proxyLines(mailbox),
        ];
      } finally {
        await source.close();
      }
    }),
  );
  const { misp } = config;
  return [
    start('configuration', async () => [loaded.path]),
    start('store', () => checkStore(loaded)),
    ...(config.exclude.warninglists.length === 0 && !config.exclude.misp
      ? []
      : [start('exclude', () => checkExclusion(loaded))]),
    ...(config.history.encryption === undefined ? [] : [start('history', async () => checkHistory(loaded))]),
    start('Temporal', () => withTemporal((temporal) => checkTemporal(temporal, config.taskQueue), loaded)),
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

/** Which targets the mail itself goes to. */
function originalLines({ alert, routes, targets }: MailboxConfig, all: Config['targets']): readonly string[] {
  if (alert?.attachOriginal !== true) return [];
  const named = targetsOf({ routes, targets });
  const without = named.filter((name) => {
    const target = all[name];
    return target !== undefined && !takesOriginal(target);
  });
  const taking = named.filter((name) => !without.includes(name));
  const to = taking.length === 0 ? 'no target takes it' : `it goes to ${taking.join(', ')}`;
  return [`attachOriginal: ${to}${without.length === 0 ? '' : `; without it: ${without.join(', ')}`}`];
}

function proxyLines(connection: {
  readonly kind: string;
  readonly proxy?: ProxyChoice | undefined;
}): readonly string[] {
  const { proxy } = connection;
  return proxy === undefined || proxy.address === 'none' ? [] : [`through the proxy ${proxy.address}`];
}

function olderLine(older: number, daysBack: number): string {
  if (older === 0) return `daysBack: nothing unread is older than ${daysBack} days`;
  return `daysBack: unread and older than ${daysBack} days: ${older}. No poll takes them, unless \`daysBack\` is larger`;
}

async function checkExclusion({ config, resolve, secret, baseFolder }: LoadedConfig): Promise<readonly string[]> {
  const { exclude, misp } = config;
  await loadExclusion(exclude, resolve);
  const files = `${exclude.warninglists.length} warninglists`;
  if (!exclude.misp || misp?.kind !== 'server') return [files];
  const lists = createMispWarninglists(misp, secret, baseFolder);
  try {
    return [files, await lists.check(AbortSignal.timeout(patienceMs))];
  } finally {
    await lists.close();
  }
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

async function checkStore({ config, resolve, secret }: LoadedConfig): Promise<readonly string[]> {
  const store = await openStore(config.store, resolve, secret);
  try {
    return await store.check();
  } finally {
    await store.close();
  }
}

function checkHistory(loaded: LoadedConfig): readonly string[] {
  const { current, byId } = readHistoryKeys(loaded);
  const writes = current === undefined ? 'nothing more is encrypted' : `encrypted with the key ${current}`;
  return [`${writes}; read with: ${[...byId.keys()].join(', ')}`];
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
