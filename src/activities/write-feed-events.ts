import { Context } from '@temporalio/activity';
import { type ReportedEvent, Spool, type SpooledEvent, type SpooledReject } from '../feeds/spool.js';
import type { SourceRow } from '../feeds/types.js';
import type { EventRevision, RevisionSink } from '../misp/revisions.js';
import type { DeliveryReport } from '../sinks/deliver.js';
import type { SinkUses } from '../sinks/sink-use.js';
import type { ChunkInput, ChunkResult } from '../workflows/feed-types.js';
import { activityOwner, activitySignal } from './context.js';
import { troubleOf } from './deliver-to-sink.js';
import { type Dependencies, feedNamed, mispSinkName, revisionSink, sinkNamed } from './dependencies.js';
import { reviseEvents } from './revise-events.js';
import { writeRevisions } from './write-revisions.js';

/**
 * Writes a chunk of events to MISP: created where they are new, updated where the feed says something else of them than
 * before. A passing trouble makes the activity fail, so that Temporal tries it again and shows why; the ledger knows
 * what was written.
 */
export function createWriteFeedEvents(dependencies: Dependencies, uses: SinkUses) {
  return async function writeFeedEvents({ feed: name, importId, chunk }: ChunkInput): Promise<ChunkResult> {
    const feed = feedNamed(dependencies, name);
    const spool = new Spool(dependencies.store, name, importId);
    const events = await spool.chunk(chunk);
    const use = uses.of(sinkNamed(dependencies, mispSinkName));
    const started = performance.now();
    const sink = revisionSink(dependencies);
    const { revisions, superseded } = await reviseEvents(dependencies.ledger, name, events, feed.config.publish);
    const known = await asKnown(sink, revisions);
    const report = await writeRevisions(dependencies, use, name, sink, known, () => isWell(sink, events));
    const tookMs = performance.now() - started;
    const rowsOf = new Map(events.map(({ event, rows }) => [event.uuid, rows]));
    const written = await writtenOf(dependencies, revisions, rowsOf);
    const rejects = rejectsOf(report, revisions, rowsOf);
    await spool.putOutcome(chunk, rejects, written);
    const counted = (action: ReportedEvent['action']) => written.filter((event) => event.action === action).length;
    const sent = report.fates.filter((fate) => fate.kind === 'reached' && !fate.earlier).length;
    const { attempt } = Context.current().info;
    return {
      done: events.length,
      created: counted('created'),
      updated: counted('updated'),
      unchanged: counted('unchanged') + superseded.size,
      rejected: rejects.length,
      rejects: firstOf(rejects.map(({ file, row, code, reason }) => ({ file, row, code, reason }))),
      warnings: firstOf(
        written.flatMap(({ rows: [first], warnings }) =>
          first === undefined ? [] : warnings.map((reason) => ({ ...first, reason })),
        ),
      ),
      written: written
        .slice(0, shownOfEach)
        .flatMap(({ rows, action, reference }) =>
          action === 'unchanged' ? [] : [{ row: rows[0]?.row ?? 0, action, reference }],
        ),
      // Of few, or of what an earlier attempt left, nothing is learnt.
      msPerEvent: attempt > 1 || sent < leastForAPace ? 0 : Math.round(tookMs / sent),
      troubled: attempt > 1,
      ...(report.trouble === undefined ? {} : { failure: troubleOf(report.trouble) }),
    };
  };
}

/** Of rejects, warnings and written events, so many travel through the history; the store has all. */
const shownOfEach = 100;
const longestReason = 300;
const leastForAPace = 20;

function firstOf<T extends { readonly reason: string }>(all: readonly T[]): readonly T[] {
  return all.slice(0, shownOfEach).map((one) => ({ ...one, reason: one.reason.slice(0, longestReason) }));
}

async function isWell(sink: RevisionSink, events: readonly SpooledEvent[]): Promise<boolean> {
  const [first] = events;
  if (first === undefined) return false;
  await sink.known([first.event.uuid], activitySignal());
  return true;
}

/** Spares a request for each event that MISP has already, as after the loss of our ledger. */
async function asKnown(sink: RevisionSink, revisions: readonly EventRevision[]): Promise<readonly EventRevision[]> {
  const first = revisions.filter(({ before }) => before === undefined).map(({ event }) => event.uuid);
  if (first.length === 0) return revisions;
  const known = await sink.known(first, activitySignal());
  return revisions.map((revision) => (known.has(revision.event.uuid) ? { ...revision, known: true } : revision));
}

/** What the ledger knows of each by now, in whichever attempt it was written. */
async function writtenOf(
  { ledger }: Dependencies,
  revisions: readonly EventRevision[],
  rowsOf: ReadonlyMap<string, readonly SourceRow[]>,
): Promise<readonly ReportedEvent[]> {
  const { runId } = activityOwner();
  const outcomes = await ledger.deliveries.outcomes(
    mispSinkName,
    revisions.map(({ alertId }) => alertId),
  );
  return revisions.flatMap(({ event, before }, index): ReportedEvent[] => {
    const outcome = outcomes[index];
    if (outcome?.kind !== 'delivered') return [];
    const usual = before === undefined ? 'created' : 'updated';
    return [
      {
        uuid: event.uuid,
        info: event.info,
        action: outcome.owner.runId === runId ? (outcome.action ?? usual) : 'unchanged',
        reference: outcome.reference,
        rows: (rowsOf.get(event.uuid) ?? []).map(({ file, row }) => ({ file, row })),
        warnings: outcome.warnings,
      },
    ];
  });
}

function rejectsOf(
  { fates }: DeliveryReport,
  revisions: readonly EventRevision[],
  rowsOf: ReadonlyMap<string, readonly SourceRow[]>,
): readonly SpooledReject[] {
  const reasons = new Map(fates.flatMap((fate) => (fate.kind === 'rejected' ? [[fate.alertId, fate.reason]] : [])));
  return revisions.flatMap(({ alertId, event }) => {
    const reason = reasons.get(alertId);
    if (reason === undefined) return [];
    return (rowsOf.get(event.uuid) ?? []).map((row) => ({ ...row, code: 'LW_ROW_REJECTED', reason }));
  });
}
