import type { RevisionSink } from '../misp/revisions.js';
import type { Sendable, Sink } from '../sinks/sink.js';
import { inSpan } from '../tracing/spans.js';
import type { Metrics } from './metrics.js';
import { observedCall } from './observed-call.js';

/** A sink whose calls are measured, and traced as requests to it. */
export function observedSink<Item extends Sendable>(sink: Sink<Item>, { sinks }: Metrics): Sink<Item> {
  const observe = observer(sink, sinks);
  return {
    ...described(sink),
    wants: (document) => sink.wants(document),
    async send(documents, signal, mayGoOn) {
      const results = await observe('send', documents.length, () => sink.send(documents, signal, mayGoOn));
      const delivered = results.filter(({ status }) => status === 'delivered').length;
      sinks.delivered.inc({ sink: sink.name }, delivered);
      sinks.rejected.inc({ sink: sink.name }, results.length - delivered);
      return results;
    },
    ...(sink.find === undefined
      ? {}
      : {
          find: (document: Item, signal: AbortSignal) => observe('find', 1, async () => sink.find?.(document, signal)),
        }),
    check: (signal) => sink.check(signal),
    close: () => sink.close(),
  };
}

/** MISP as feeds write to it. What becomes of their events is counted where an import ends. */
export function observedRevisions(sink: RevisionSink, { sinks }: Metrics): RevisionSink {
  const observe = observer(sink, sinks);
  return {
    ...described(sink),
    wants: (revision) => sink.wants(revision),
    send: (revisions, signal, mayGoOn) =>
      observe('revise', revisions.length, () => sink.send(revisions, signal, mayGoOn)),
    ...(sink.find === undefined
      ? {}
      : {
          find: (...[revision, signal]: Parameters<NonNullable<RevisionSink['find']>>) =>
            observe('find', 1, async () => sink.find?.(revision, signal)),
        }),
    known: (uuids, signal) => observe('known', uuids.length, () => sink.known(uuids, signal)),
    preview: (revision, signal) => observe('preview', 1, () => sink.preview(revision, signal)),
    tag: (uuid, tag, signal, mayGoOn) => observe('tag', 1, () => sink.tag(uuid, tag, signal, mayGoOn)),
    settle: (signal) => observe('settle', 0, () => sink.settle(signal)),
    check: (signal) => sink.check(signal),
    close: () => sink.close(),
  };
}

type Operation = 'send' | 'find' | 'revise' | 'known' | 'preview' | 'tag' | 'settle';

function observer({ name }: Pick<Sink, 'name'>, meters: Metrics['sinks']) {
  return <Result>(operation: Operation, count: number, call: () => Promise<Result>): Promise<Result> =>
    inSpan(`sink.${operation}`, { 'lurewatch.sink': name, 'lurewatch.count': count }, () =>
      observedCall(meters, { sink: name, operation }, { sink: name }, call),
    );
}

function described<Item extends Sendable>(sink: Sink<Item>) {
  const { name, repeats, alertsPerCall, concurrency, inFlightMs } = sink;
  return { name, repeats, alertsPerCall, concurrency, inFlightMs };
}
