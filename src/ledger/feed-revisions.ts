import { hash } from 'node:crypto';
import { z } from 'zod';
import type { LurewatchError } from '../errors/lurewatch-error.js';
import type { Store } from '../store/store.js';
import { aroundDamage } from './around-damage.js';
import { keys } from './keys.js';
import { createRecords, readRecords } from './record-set.js';

/** OwnContent and PutBefore of src/misp/revisions.ts. */
const contentSchema = z.object({
  attributes: z.array(z.string()),
  objects: z.array(z.string()),
  tags: z.array(z.string()),
  marks: z.record(z.string(), z.string()).exactOptional(),
});

export const revisionSchema = z.object({
  version: z.literal(1),
  feed: z.string(),
  uuid: z.string(),
  /** 1 for the first; each change of what the feed says of the event makes one more. */
  number: z.number(),
  /** SHA-256 (hex) of the event as the feed describes it. */
  contentHash: z.string(),
  content: contentSchema,
  /** How many rows it was made of, with those that are kept from before. */
  rows: z.number(),
  /** What the revisions before it put into MISP; absent: there was none. */
  before: contentSchema.extend({ tried: contentSchema.exactOptional() }).exactOptional(),
  /** Set: a part of `content` is what was said before, kept since not all rows were there to say it again. */
  kept: z.literal(true).exactOptional(),
  /** Set: the rows of this event have left the feed, and it is only marked so. */
  gone: z.literal(true).exactOptional(),
  atMs: z.number(),
});
export type Revision = Readonly<z.output<typeof revisionSchema>>;

/** A revision that is there, and of which nobody can read what it says. */
export interface DamagedRevision extends Pick<Revision, 'feed' | 'uuid' | 'number'> {
  /** LW_STORE_CORRUPT */
  readonly damage: LurewatchError;
}

/** Undefined: there is none. */
export type FoundRevision = Revision | DamagedRevision | undefined;

export function isSound(found: FoundRevision): found is Revision {
  return found !== undefined && !('damage' in found);
}

/**
 * What a feed last said of each of its events. Numbered records, created only if absent, so that of two imports at once
 * exactly one makes the next revision; what became of a revision at MISP stands with the deliveries, under `revisionId`.
 */
export class FeedRevisions {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The revision with the highest number of each event, in the order given; undefined: never met. */
  async latest(feed: string, uuids: readonly string[]): Promise<readonly FoundRevision[]> {
    const searches = uuids.map((uuid): Search => ({ uuid, latest: undefined, known: 0, missing: 1, bounded: false }));
    for (let open = searches; open.length > 0; open = open.filter((one) => !settled(one))) {
      const found = await this.find(
        feed,
        open.map((search) => ({ uuid: search.uuid, number: probe(search) })),
      );
      for (const [index, search] of open.entries()) narrow(search, found[index]);
    }
    return searches.map(({ latest }) => latest);
  }

  /** False where that number is taken already. */
  async create(revisions: readonly Revision[]): Promise<readonly boolean[]> {
    return createRecords(
      this.#store,
      revisions.map((revision) => ({
        key: keys.revision(revision.feed, revision.uuid, revision.number),
        record: revision,
      })),
    );
  }

  /** In the order given. */
  async find(
    feed: string,
    wanted: readonly { readonly uuid: string; readonly number: number }[],
  ): Promise<readonly FoundRevision[]> {
    const { sound, damaged } = await aroundDamage(wanted, (some) =>
      readRecords(
        this.#store,
        revisionSchema,
        some.map(({ uuid, number }) => keys.revision(feed, uuid, number)),
      ),
    );
    return wanted.map((one) => {
      const damage = damaged.get(one);
      return damage === undefined ? sound.get(one) : { feed, ...one, damage };
    });
  }

  /** The UUIDs of a feed's events that begin with this hexadecimal digit, sorted. */
  async uuidsBeginningWith(feed: string, digit: string): Promise<readonly string[]> {
    const found = await this.#store.list(keys.revisionsBeginningWith(feed, digit));
    const uuids = found.flatMap((key) => /\/([0-9a-f-]{36})\.\d+\.json$/.exec(key)?.[1] ?? []);
    return [...new Set(uuids)];
  }
}

/**
 * Whether a revision says all that is wanted, and no more.
 * @param keeps what was said before and is not said now stays: else a revision that kept some of it says too much
 */
export function saysJust(revision: Revision, contentHash: string, keeps: boolean): boolean {
  return revision.contentHash === contentHash && (keeps || revision.kept !== true);
}

/** What the feed itself said of an event: the tag that only tells that its rows had left is none of that. */
export function saidContent({ content, before, gone }: Revision): Revision['content'] {
  if (gone !== true) return content;
  return { ...content, tags: content.tags.filter((tag) => before?.tags.includes(tag) === true) };
}

/**
 * Under which id the ledger of deliveries keeps what became of a revision: its event, its feed and what it says by a
 * hash, its number. Events that are imported as they are may stand in several feeds; and where revisions were lost, a
 * number that comes again for something else has not reached MISP.
 */
export function revisionId(revision: Pick<Revision, 'feed' | 'uuid' | 'number' | 'contentHash'>): string {
  const { feed, uuid, number, contentHash } = revision;
  return `${uuid}.${hash('sha256', JSON.stringify([feed, contentHash])).slice(0, 16)}.${number}`;
}

/** Numbers have no gaps: gallop to the first that is missing, then halve. */
interface Search {
  readonly uuid: string;
  /** The one of the number `known`. */
  latest: FoundRevision;
  known: number;
  missing: number;
  /** `missing` was looked for and is not there. */
  bounded: boolean;
}

function settled({ known, missing, bounded }: Search): boolean {
  return bounded && missing - known === 1;
}

function probe({ known, missing, bounded }: Search): number {
  return bounded ? Math.floor((known + missing) / 2) : missing;
}

function narrow(search: Search, found: FoundRevision): void {
  const at = probe(search);
  if (found === undefined) {
    search.missing = at;
    search.bounded = true;
    return;
  }
  search.latest = found;
  search.known = at;
  if (!search.bounded) search.missing = at * 2;
}
