import { availableParallelism } from 'node:os';
import type { Client } from '@temporalio/client';
import { type Dependencies, mispSinkName } from '../activities/dependencies.js';
import type { LoadedConfig } from '../config/load-config.js';
import { createFeed, withheldBy } from '../feeds/create-feed.js';
import type { Feed } from '../feeds/feed.js';
import { loadExclusion } from '../indicators/exclude/load-exclusion.js';
import { createExtractionPool } from '../indicators/extraction-pool.js';
import { keys } from '../ledger/keys.js';
import { openLedger } from '../ledger/ledger.js';
import { createSource } from '../mail/create-source.js';
import type { MailSource } from '../mail/source.js';
import { createMispRevisionSink, createMispSink, createMispWarninglists } from '../misp/create-sink.js';
import type { Sink } from '../sinks/sink.js';
import { createTarget } from '../soar/create-target.js';
import { openStore } from '../store/open-store.js';
import { createWorkflows } from '../temporal/workflows.js';
import type { Touched } from './parts.js';

/**
 * Opens everything the activities need. Connections to mail servers and sinks are made when first used.
 *
 * @param touched what may be logged in to; by default all that is configured
 */
export async function openDependencies(
  loaded: LoadedConfig,
  client: Client,
  touched: Touched = loaded.config,
): Promise<Dependencies> {
  const { config, baseFolder } = loaded;
  const { misp } = touched;
  const secrets = loaded.secret;
  const exclusion = await loadExclusion(config.exclude, loaded.resolve);
  const store = await openStore(config.store, loaded.resolve, secrets);
  const sources = new Map<string, MailSource>();
  for (const [name, mailbox] of Object.entries(touched.mailboxes)) {
    sources.set(name, createSource(name, mailbox, secrets, baseFolder));
  }
  const sinks = new Map<string, Sink>();
  const originals = (sha256: string) => store.openStream(keys.evidence(sha256));
  for (const [name, target] of Object.entries(touched.targets)) {
    sinks.set(name, createTarget(name, target, secrets, baseFolder, originals));
  }
  if (misp !== undefined) sinks.set(mispSinkName, createMispSink(misp, secrets, baseFolder));
  const feeds = new Map<string, Feed>();
  const withheld = withheldBy(loaded);
  for (const [name, feed] of Object.entries(touched.feeds)) {
    if (misp !== undefined) feeds.set(name, createFeed(name, feed, misp, secrets, baseFolder, withheld));
  }
  const warninglists =
    config.exclude.misp && misp?.kind === 'server' ? createMispWarninglists(misp, secrets, baseFolder) : undefined;
  const revisions =
    feeds.size === 0 || misp === undefined ? undefined : createMispRevisionSink(misp, secrets, baseFolder);
  return {
    config,
    store,
    ledger: openLedger(store),
    sources,
    sinks,
    feeds,
    revisions,
    extraction: createExtractionPool({
      threads: Math.min(4, Math.max(1, availableParallelism() - 1)),
      // Where no mailbox is touched, feeds and sinks are: they have no mail to read.
      onDemand: sources.size === 0,
    }),
    exclusion,
    warninglists,
    workflows: createWorkflows(client, config.taskQueue),
  };
}

export async function closeDependencies(dependencies: Dependencies): Promise<void> {
  const { sources, sinks, feeds, revisions, warninglists, extraction, store } = dependencies;
  const feedSources = [...feeds.values()].map(({ source }) => source);
  const held = [
    ...sources.values(),
    ...sinks.values(),
    ...feedSources,
    extraction,
    ...(revisions ? [revisions] : []),
    ...(warninglists ? [warninglists] : []),
  ];
  await Promise.allSettled(held.map((each) => each.close()));
  await store.close();
}
