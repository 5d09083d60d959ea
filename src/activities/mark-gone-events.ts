import type { WarningCode } from '../errors/catalogue.js';
import type { LurewatchError } from '../errors/lurewatch-error.js';
import { hexDigits } from '../feeds/seen-events.js';
import { Spool } from '../feeds/spool.js';
import { isSound, type Revision, revisionId } from '../ledger/feed-revisions.js';
import type { Ledger } from '../ledger/ledger.js';
import type { RevisionSink, TagOutcome } from '../misp/revisions.js';
import type { SendResult, Sink } from '../sinks/sink.js';
import type { SinkUses } from '../sinks/sink-use.js';
import type { EventNote, GoneInput, GoneResult } from '../workflows/feed-types.js';
import { troubleOf } from './deliver-to-sink.js';
import { type Dependencies, feedNamed, mispSinkName, revisionSink, sinkNamed } from './dependencies.js';
import type { Revised } from './order-of-revisions.js';
import { neverSent } from './sent-before.js';
import { writeRevisions } from './write-revisions.js';

/** Events that are looked up, and marked, together. */
const together = 100;

/** Warnings in one answer: it travels through the history. */
const mostWarnings = 20;
const longestWarning = 300;
const notMarked: WarningCode = 'LW_WARN_NOT_MARKED';

/**
 * Gives the configured tag to events whose rows have left the feed. Nothing of them is removed. That they left is a
 * revision like any other: a row that comes back makes the next one, which takes the tag off again.
 */
export function createMarkGoneEvents(dependencies: Dependencies, uses: SinkUses) {
  return async function markGoneEvents({ feed: name, importId, digit }: GoneInput): Promise<GoneResult> {
    const { config, asIs } = feedNamed(dependencies, name);
    const tag = config.tagGone;
    if (tag === undefined || !hexDigits.includes(digit)) return { gone: 0, warnings: [], warned: 0 };
    const { store, ledger } = dependencies;
    const seen = await new Spool(store, name, importId).seen(digit);
    const missing = (await ledger.revisions.uuidsBeginningWith(name, digit)).filter((uuid) => !seen.has(uuid));
    const sink = tagging(revisionSink(dependencies), tag);
    const use = uses.of(sinkNamed(dependencies, mispSinkName));
    let gone = 0;
    let warned = 0;
    const warnings: EventNote[] = [];
    for (let start = 0; start < missing.length; start += together) {
      const some = missing.slice(start, start + together);
      // What counts as reached and was only found there, of somebody else, is not this feed's to mark.
      const foreign = asIs ? await neverSent(ledger, name, some) : new Set<string>();
      const own = some.filter((uuid) => !foreign.has(uuid));
      const { leaving, damaged } = await revisionsOfLeaving(ledger, name, tag, own);
      const { fates, trouble, damaged: unsure } = await writeRevisions(dependencies, use, name, sink, leaving);
      for (const fate of fates) {
        if (fate.kind === 'reached' && !fate.earlier && fate.reference !== '') gone += 1;
      }
      const rejected = fates.filter((fate) => fate.kind === 'rejected');
      const keptBack = [...damaged, ...unsure].map(([alertId, { message: reason }]) => ({ alertId, reason }));
      for (const one of [...rejected, ...keptBack]) {
        warned += 1;
        if (warnings.length < mostWarnings) warnings.push(warningOf(one, tag));
      }
      if (trouble !== undefined) return { gone, warnings, warned, failure: troubleOf(trouble) };
    }
    return { gone, warnings, warned };
  };
}

function warningOf({ alertId, reason }: { readonly alertId: string; readonly reason: string }, tag: string): EventNote {
  // Made by `revisionId`.
  const [event = alertId] = alertId.split('.');
  const why = `did not get the tag ${tag}: ${reason}`.slice(0, longestWarning);
  return { event, code: notMarked, reason: why };
}

/** Of events that MISP has, and that are not marked so already. */
async function revisionsOfLeaving(
  { revisions, deliveries }: Ledger,
  feed: string,
  tag: string,
  uuids: readonly string[],
): Promise<{
  readonly leaving: readonly Revised[];
  /** By UUID: events whose latest revision nobody can read. */
  readonly damaged: ReadonlyMap<string, LurewatchError>;
}> {
  const found = await revisions.latest(feed, uuids);
  const latest = found.filter(isSound);
  const reachedMisp = await deliveries.reached(mispSinkName, latest.map(revisionId));
  const leaving = latest.flatMap((last, index): Revision[] => {
    const reached = reachedMisp[index] === true;
    // Marked; or never there; or an earlier attempt ended between the record and the tag.
    if (last.gone === true) return reached ? [] : [last];
    if (!reached) return [];
    const number = last.number + 1;
    const content = { ...last.content, tags: [...last.content.tags, tag] };
    const contentHash = `gone: ${tag}`;
    const { uuid, rows, content: before } = last;
    return [{ version: 1, feed, uuid, number, contentHash, content, rows, before, gone: true, atMs: Date.now() }];
  });
  const created = await revisions.create(leaving);
  // Not ours to make: another import says something newer of it just now, so its row is back.
  return {
    leaving: leaving
      .filter((revision, index) => created[index] || latest.includes(revision))
      .map((revision) => ({ alertId: revisionId(revision), event: { uuid: revision.uuid } })),
    damaged: new Map(found.flatMap((one) => (one === undefined || isSound(one) ? [] : [[one.uuid, one.damage]]))),
  };
}

/** MISP, for revisions that are nothing but a tag. The reference is of an event that has it: '' where there is none. */
function tagging(sink: RevisionSink, tag: string): Sink<Revised> {
  const { name, repeats, concurrency, inFlightMs } = sink;
  return {
    ...{ name, repeats, concurrency, inFlightMs, alertsPerCall: 1 },
    wants: () => true,
    check: (signal) => sink.check(signal),
    close: async () => undefined,
    send: async (items, signal, mayGoOn) => {
      const results: SendResult[] = [];
      for (const { event } of items)
        results.push(resultOf(event.uuid, await sink.tag(event.uuid, tag, signal, mayGoOn)));
      return results;
    },
  };
}

/** A refusal is no outcome: the next import tries again, when the role or MISP may have been mended. */
function resultOf(uuid: string, outcome: TagOutcome): SendResult {
  switch (outcome.kind) {
    case 'tagged':
      return { status: 'delivered', reference: uuid, action: 'updated' };
    case 'absent':
      return {
        status: 'delivered',
        reference: '',
        action: 'unchanged',
        warnings: [{ code: 'LW_WARN_TAKEN_OUT', reason: outcome.reason }],
      };
    case 'refused':
      return { status: 'rejected', reason: outcome.reason };
  }
}
