import type { Dependencies } from '../activities/dependencies.js';
import { openLedger } from '../ledger/ledger.js';
import type { Metrics } from './metrics.js';
import { observedExtraction } from './observed-extraction.js';
import { observedRevisions, observedSink } from './observed-sink.js';
import { observedFeed, observedSource } from './observed-source.js';
import { observedStore } from './observed-store.js';

/** What the activities work with, measured at every place where it touches the world. */
export function observedDependencies(dependencies: Dependencies, metrics: Metrics): Dependencies {
  const { sources, sinks, feeds, revisions, extraction } = dependencies;
  const store = observedStore(dependencies.store, metrics);
  return {
    ...dependencies,
    store,
    ledger: openLedger(store),
    sources: new Map([...sources].map(([name, source]) => [name, observedSource(name, source, metrics)])),
    sinks: new Map([...sinks].map(([name, sink]) => [name, observedSink(sink, metrics)])),
    feeds: new Map([...feeds].map(([name, feed]) => [name, observedFeed(feed, metrics)])),
    revisions: revisions === undefined ? undefined : observedRevisions(revisions, metrics),
    extraction: observedExtraction(extraction, metrics),
  };
}
