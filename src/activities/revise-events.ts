import type { LurewatchError } from '../errors/lurewatch-error.js';
import { type LastSaid, lastSaid } from '../feeds/last-said.js';
import { type Revision, revisionId, saidContent, saysJust } from '../ledger/feed-revisions.js';
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
  /** LW_STORE_CORRUPT, by UUID, of events whose latest revision nobody can read: nothing is sent for them. */
  readonly damaged: ReadonlyMap<string, LurewatchError>;
}

/**
 * The revisions that say what is wanted, in the order given: the latest one where it says so already, else a new one.
 * Of two imports at once exactly one makes a revision of a number, and the other looks again.
 */
export async function reviseEvents(
  ledger: Pick<Ledger, 'revisions' | 'deliveries'>,
  feed: string,
  wanted: readonly WantedEvent[],
  publish: boolean,
): Promise<RevisedEvents> {
  const superseded = new Set<string>();
  const damaged = new Map<string, LurewatchError>();
  const made = new Map<string, Revision>();
  const settled = (uuid: string) => made.has(uuid) || superseded.has(uuid) || damaged.has(uuid);
  for (let open = wanted; open.length > 0; open = open.filter(({ event: { uuid } }) => !settled(uuid))) {
    const said = await lastSaid(ledger, feed, mispSinkName, open);
    const next: Revision[] = [];
    for (const [index, now] of open.entries()) {
      const before: LastSaid = said[index] ?? { kind: 'nothing' };
      const { uuid } = now.event;
      if (before.kind === 'damaged') damaged.set(uuid, before.damage);
      // MISP has what is wanted, and what the lost record kept beside it is not known.
      else if (before.kind === 'remade' && now.keeps) superseded.add(uuid);
      else if (before.kind === 'said' && saysJust(before.last, now.contentHash, now.keeps)) made.set(uuid, before.last);
      // Revisions that were lost are made anew; what is more than we knew of is another's.
      else if (before.kind !== 'nothing' && before.last.number > now.lastNumber) superseded.add(uuid);
      else next.push(nextRevision(feed, now, before));
    }
    const created = await ledger.revisions.create(next);
    for (const [index, revision] of next.entries()) if (created[index]) made.set(revision.uuid, revision);
  }
  const revised = wanted.flatMap(({ event, keeps }): EventRevision[] => {
    const revision = made.get(event.uuid);
    if (revision === undefined) return [];
    const before = keeps ? onlyOf(event, revision) : revision.before;
    const { atMs } = revision;
    return [{ alertId: revisionId(revision), event, before, atMs, publish, ...(keeps ? { keeps } : {}) }];
  });
  return { revisions: revised, superseded, damaged };
}

function nextRevision(
  feed: string,
  { event, contentHash, keeps, rows }: WantedEvent,
  before: Exclude<LastSaid, { readonly kind: 'damaged' }>,
): Revision {
  const last = before.kind === 'nothing' ? undefined : before.last;
  const kept = keeps ? last : undefined;
  const own = ownContent(event);
  const content = wholeContent(own, kept);
  return {
    version: 1,
    feed,
    uuid: event.uuid,
    number: (last?.number ?? 0) + 1,
    contentHash,
    content: mutable(content),
    rows: rows.length + (kept?.rows ?? 0),
    ...(isMore(content, own) ? { kept: true } : {}),
    ...(before.kind === 'said' ? { before: putBefore(before.last, before.reached) } : {}),
    ...(before.kind === 'remade' ? { before: putByRemade(before.last) } : {}),
    atMs: Date.now(),
  };
}

const nothing: OwnContent = { attributes: [], objects: [], tags: [] };

export function putBefore(last: Revision, reached: boolean): NonNullable<Revision['before']> {
  if (reached) return { ...last.content };
  const { tried = nothing, ...before }: PutBefore = last.before ?? nothing;
  return { ...mutable(before), tried: mutable(union(last.content, tried)) };
}

/** What the one before a damaged record had put there, that one may have kept. */
function putByRemade({ content, before }: Revision): NonNullable<Revision['before']> {
  return { ...mutable(content), tried: mutable(before ?? nothing) };
}

/** What an event has once it is what `own` says. @param kept of this nothing is taken back, but the mark of leaving */
export function wholeContent(own: OwnContent, kept: Revision | undefined): OwnContent {
  return union(own, kept === undefined ? nothing : saidContent(kept));
}

function isMore(content: OwnContent, own: OwnContent): boolean {
  return lists.some((of) => content[of].length > own[of].length);
}

/**
 * Of what was put there before, what the event names now, and the tags that its revision takes back: all else is
 * nobody's to remove.
 */
export function onlyOf(
  event: MispEvent,
  { content, before }: { readonly content: OwnContent; readonly before?: PutBefore },
): PutBefore | undefined {
  if (before === undefined) return undefined;
  const { tried, ...put } = before;
  const takenBack = [...put.tags, ...(tried?.tags ?? [])].filter((tag) => !content.tags.includes(tag));
  const own = ownContent(event);
  const named = { ...own, tags: [...own.tags, ...takenBack] };
  return { ...intersection(put, named), ...(tried === undefined ? {} : { tried: intersection(tried, named) }) };
}

function intersection(content: OwnContent, named: OwnContent): OwnContent {
  const both = (of: Lists) => content[of].filter((name) => named[of].includes(name));
  return { ...content, attributes: both('attributes'), objects: both('objects'), tags: both('tags') };
}

const lists = ['attributes', 'objects', 'tags'] as const;
type Lists = (typeof lists)[number];

/** @param left its marks count where both have one */
function union(left: OwnContent, right: OwnContent): OwnContent {
  const both = (of: Lists) => [...new Set([...left[of], ...right[of]])];
  const marks = { ...right.marks, ...left.marks };
  return { attributes: both('attributes'), objects: both('objects'), tags: both('tags'), marks };
}

function mutable({ attributes, objects, tags, marks = {} }: OwnContent): Revision['content'] {
  return { attributes: [...attributes], objects: [...objects], tags: [...tags], marks };
}
