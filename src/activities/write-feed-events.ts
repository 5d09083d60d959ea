import { Context } from '@temporalio/activity';
import type { WarningCode } from '../errors/catalogue.js';
import type { LurewatchError } from '../errors/lurewatch-error.js';
import { keptBackReason } from '../feeds/last-said.js';
import { type ReportedEvent, Spool, type SpooledEvent, type SpooledReject } from '../feeds/spool.js';
import type { SourceRow } from '../feeds/types.js';
import { aroundDamage } from '../ledger/around-damage.js';
import type { EventRevision, RevisionSink } from '../misp/revisions.js';
import type { SinkUses } from '../sinks/sink-use.js';
import type { ChunkInput, ChunkResult } from '../workflows/feed-types.js';
import { activityOwner, activitySignal } from './context.js';
import { troubleOf } from './deliver-to-sink.js';
import { type Dependencies, feedNamed, mispSinkName, revisionSink, sinkNamed } from './dependencies.js';
import { eventsOfOthers, neverOverOthers, takenRows } from './events-of-others.js';
import { reviseEvents } from './revise-events.js';
import { type RevisionsReport, writeRevisions } from './write-revisions.js';

/**
 * Writes a chunk of events to MISP: created where they are new, updated where the feed says something else of them than
 * before. A passing trouble makes the activity fail, so that Temporal tries it again and shows why; the ledger knows
 * what was written.
 */
export function createWriteFeedEvents(dependencies: Dependencies, uses: SinkUses) {
  return async function writeFeedEvents({ feed: name, importId, chunk }: ChunkInput): Promise<ChunkResult> {
    const feed = feedNamed(dependencies, name);
    const spool = new Spool(dependencies.store, name, importId);
    const spooled = await spool.chunk(chunk);
    const use = uses.of(sinkNamed(dependencies, mispSinkName));
    const started = performance.now();
    const sink = revisionSink(dependencies);
    const { ledger } = dependencies;
    const taken = await eventsOfOthers(ledger, feed, sink, spooled, activitySignal());
    const events = spooled.filter(({ event }) => !taken.has(event.uuid));
    const { revisions, superseded, damaged } = await reviseEvents(ledger, name, events, feed.config.publish);
    const known = await asKnown(sink, revisions);
    const careful = neverOverOthers(sink, ledger, feed);
    const report = await writeRevisions(dependencies, use, name, careful, known, () => isWell(sink, events));
    const tookMs = performance.now() - started;
    const rowsOf = new Map(spooled.map(({ event, rows }) => [event.uuid, rows]));
    const written = await writtenOf(dependencies, revisions, rowsOf);
    const ofOthers = [...taken].flatMap((uuid) => takenRows(rowsOf.get(uuid) ?? []));
    const rejects = [...ofOthers, ...rejectsOf(report, revisions, rowsOf), ...keptBack(damaged, rowsOf)];
    const left = new Set([...superseded, ...written.flatMap((event) => (isLeft(event) ? [event.uuid] : []))]);
    await spool.putOutcome(chunk, rejects, written, [...filesOf(left, rowsOf)]);
    const counted = (action: ReportedEvent['action']) => written.filter((event) => event.action === action).length;
    const sent = report.fates.filter((fate) => fate.kind === 'reached' && !fate.earlier).length;
    const warnings = written.flatMap(({ rows: [first], warnings: told }) =>
      first === undefined ? [] : told.map((warning) => ({ ...first, ...warning })),
    );
    const { attempt } = Context.current().info;
    return {
      done: spooled.length,
      created: counted('created'),
      updated: counted('updated'),
      unchanged: counted('unchanged') + superseded.size,
      rejected: rejects.length,
      rejects: firstOf(rejects.map(({ file, row, code, reason }) => ({ file, row, code, reason }))),
      warnings: firstOf(warnings),
      warned: warnings.length,
      written: written
        .slice(0, shownOfEach)
        .flatMap(({ rows: [first], action, reference }) =>
          action === 'unchanged' || first === undefined ? [] : [{ ...first, action, reference }],
        ),
      // Of few, or of what an earlier attempt left, nothing is learnt.
      msPerEvent: attempt > 1 || sent < leastForAPace ? 0 : Math.round(tookMs / sent),
      troubled: attempt > 1,
      ...(report.trouble === undefined ? {} : { failure: troubleOf(report.trouble) }),
    };
  };
}

function isLeft({ warnings }: ReportedEvent): boolean {
  return warnings.some(({ code }) => code === 'LW_WARN_SUPERSEDED');
}

function filesOf(uuids: ReadonlySet<string>, rowsOf: ReadonlyMap<string, readonly SourceRow[]>): ReadonlySet<string> {
  return new Set([...uuids].flatMap((uuid) => (rowsOf.get(uuid) ?? []).map(({ file }) => file)));
}

/** Of rejects, warnings and written events, so many travel through the history; the store has all. */
const shownOfEach = 100;
/** Of warnings that the ledger has without their codes. */
const uncoded: WarningCode = 'LW_WARN_OTHER';
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
  const ids = revisions.map(({ alertId }) => alertId);
  const outcomes = await aroundDamage(ids, (some) => ledger.deliveries.outcomes(mispSinkName, some));
  return revisions.flatMap(({ alertId, event, before }): ReportedEvent[] => {
    const rows = (rowsOf.get(event.uuid) ?? []).map(({ file, row }) => ({ file, row }));
    // A damaged outcome says nothing more than that MISP has it.
    if (outcomes.damaged.has(alertId)) {
      return [{ uuid: event.uuid, info: event.info, action: 'unchanged', reference: '', rows, warnings: [] }];
    }
    const outcome = outcomes.sound.get(alertId);
    if (outcome?.kind !== 'delivered') return [];
    const usual = before === undefined ? 'created' : 'updated';
    return [
      {
        uuid: event.uuid,
        info: event.info,
        action: outcome.owner.runId === runId ? (outcome.action ?? usual) : 'unchanged',
        reference: outcome.reference,
        rows,
        warnings: outcome.warnings.map((reason, at) => ({ code: outcome.warningCodes?.[at] ?? uncoded, reason })),
      },
    ];
  });
}

function rejectsOf(
  { fates, damaged }: RevisionsReport,
  revisions: readonly EventRevision[],
  rowsOf: ReadonlyMap<string, readonly SourceRow[]>,
): readonly SpooledReject[] {
  const ends = new Map(fates.flatMap((fate) => (fate.kind === 'rejected' ? [[fate.alertId, fate]] : [])));
  const rejected = revisions.flatMap(({ alertId, event }) => {
    const end = ends.get(alertId);
    if (end === undefined) return [];
    const { code = 'LW_ROW_REJECTED', reason } = end;
    return (rowsOf.get(event.uuid) ?? []).map((row) => ({ ...row, code, reason }));
  });
  const unsure = revisions.flatMap(({ alertId, event }): readonly (readonly [string, LurewatchError])[] => {
    const damage = damaged.get(alertId);
    return damage === undefined ? [] : [[event.uuid, damage]];
  });
  return [...rejected, ...keptBack(new Map(unsure), rowsOf)];
}

/** They stand with the rejected rows, so that the next import looks at them again, whatever its source says. */
function keptBack(
  damaged: ReadonlyMap<string, LurewatchError>,
  rowsOf: ReadonlyMap<string, readonly SourceRow[]>,
): readonly SpooledReject[] {
  return [...damaged].flatMap(([uuid, damage]) =>
    (rowsOf.get(uuid) ?? []).map((row) => ({ ...row, code: damage.code, reason: keptBackReason(uuid, damage) })),
  );
}
