import { type Revision, revisionId } from '../ledger/feed-revisions.js';
import type { Ledger } from '../ledger/ledger.js';
import { type EventRevision, type OwnContent, ownContent, type PutBefore } from '../misp/revisions.js';
import type { MispEvent } from '../misp/types.js';
import { mispSinkName } from './dependencies.js';

/** What a feed says of an event now. */
export interface WantedEvent {
  readonly event: MispEvent;
  readonly contentHash: string;
  /** What an earlier revision put there, and this one does not name, stays. */
  readonly keeps: boolean;
  /** The number of the latest revision when the feed was read; 0: there was none. */
  readonly lastNumber: number;
  readonly rows: { readonly length: number };
}

export interface RevisedEvents {
  readonly revisions: readonly EventRevision[];
  /** Events of which another import has said something since this one read the feed: that is newer. */
  readonly superseded: ReadonlySet<string>;
}

/**
 * The revisions that say what is wanted, in the order given: the latest one where it says so already, else a new one.
 * Of two imports at once exactly one makes a revision of a number, and the other looks again.
 */
export async function reviseEvents(
  { revisions, deliveries }: Pick<Ledger, 'revisions' | 'deliveries'>,
  feed: string,
  wanted: readonly WantedEvent[],
  publish: boolean,
): Promise<RevisedEvents> {
  const superseded = new Set<string>();
  const made = new Map<string, Revision>();
  for (
    let open = wanted;
    open.length > 0;
    open = open.filter(({ event: { uuid } }) => !made.has(uuid) && !superseded.has(uuid))
  ) {
    const latest = await revisions.latest(
      feed,
      open.map(({ event }) => event.uuid),
    );
    const known = latest.filter((revision) => revision !== undefined);
    const outcomes = await deliveries.outcomes(mispSinkName, known.map(revisionId));
    const reached = new Set(known.filter((_, index) => outcomes[index] !== undefined));
    const next: Revision[] = [];
    for (const [index, { event, contentHash, keeps, lastNumber, rows }] of open.entries()) {
      const last = latest[index];
      if (last?.contentHash === contentHash) {
        made.set(event.uuid, last);
        continue;
      }
      // Revisions that were lost are made anew; what is more than we knew of is another's.
      if ((last?.number ?? 0) > lastNumber) {
        superseded.add(event.uuid);
        continue;
      }
      const kept = keeps ? last : undefined;
      next.push({
        version: 1,
        feed,
        uuid: event.uuid,
        number: (last?.number ?? 0) + 1,
        contentHash,
        content: mutable(union(ownContent(event), kept?.content ?? nothing)),
        rows: rows.length + (kept?.rows ?? 0),
        ...(last === undefined ? {} : { before: putBefore(last, reached.has(last)) }),
        atMs: Date.now(),
      });
    }
    const created = await revisions.create(next);
    for (const [index, revision] of next.entries()) if (created[index]) made.set(revision.uuid, revision);
  }
  const revised = wanted.flatMap(({ event, keeps }): EventRevision[] => {
    const revision = made.get(event.uuid);
    if (revision === undefined) return [];
    const before = keeps ? onlyOf(event, revision.before) : revision.before;
    const { atMs } = revision;
    return [{ alertId: revisionId(revision), event, before, atMs, publish, ...(keeps ? { keeps } : {}) }];
  });
  return { revisions: revised, superseded };
}

const nothing: OwnContent = { attributes: [], objects: [], tags: [] };

export function putBefore(last: Revision, reached: boolean): NonNullable<Revision['before']> {
  if (reached) return { ...last.content };
  const { tried = nothing, ...before }: PutBefore = last.before ?? nothing;
  return { ...mutable(before), tried: mutable(union(last.content, tried)) };
}

/** Of what was put there before, what the event names now: all else is nobody's to remove. */
export function onlyOf(event: MispEvent, before: PutBefore | undefined): PutBefore | undefined {
  if (before === undefined) return undefined;
  const named = ownContent(event);
  const { tried, ...put } = before;
  return { ...intersection(put, named), ...(tried === undefined ? {} : { tried: intersection(tried, named) }) };
}

function intersection(content: OwnContent, named: OwnContent): OwnContent {
  const both = (of: Lists) => content[of].filter((name) => named[of].includes(name));
  return { ...content, attributes: both('attributes'), objects: both('objects'), tags: both('tags') };
}

type Lists = 'attributes' | 'objects' | 'tags';

/** @param left its marks count where both have one */
function union(left: OwnContent, right: OwnContent): OwnContent {
  const both = (of: Lists) => [...new Set([...left[of], ...right[of]])];
  const marks = { ...right.marks, ...left.marks };
  return { attributes: both('attributes'), objects: both('objects'), tags: both('tags'), marks };
}

function mutable({ attributes, objects, tags, marks = {} }: OwnContent): Revision['content'] {
  return { attributes: [...attributes], objects: [...objects], tags: [...tags], marks };
}
