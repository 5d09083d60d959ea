import { z } from 'zod';
import { isRecord } from '../../config/is-record.js';
import type { ListedEvent } from '../types.js';
import type { ManifestEntry } from './misp-manifest.js';
import type { SourceState } from './source.js';

/** What the ledger keeps of a source that lists its events, so that the next import fetches only what changed. */

/** What became of an event when it last had its turn. */
type Fate =
  /** It was taken in as it was at this timestamp of the list. */
  | string
  /** It was looked at in vain, and is fetched again. `older`: what came was older than the list says by this timestamp. */
  | { readonly triedAtMs: number; readonly older?: string };

const uuidLength = 36;

/** Of a hundred thousand events: looked through at once, which takes a schema for each of them a second. */
const eventsSchema = z.custom<Readonly<Record<string, Fate>>>(
  (events) =>
    isRecord(events) && Object.keys(events).every((uuid) => uuid.length === uuidLength && isFate(events[uuid])),
);

function isFate(fate: unknown): fate is Fate {
  if (!isRecord(fate)) return typeof fate === 'string';
  return typeof fate.triedAtMs === 'number' && ['string', 'undefined'].includes(typeof fate.older);
}

export const rememberedListSchema = z.object({
  /** A hash of the address that is configured: another feed may list the same events. */
  of: z.string(),
  /** What the names of its events' files begin with; UUIDs come after. */
  base: z.string(),
  events: eventsSchema,
});
export type RememberedList = Readonly<z.output<typeof rememberedListSchema>>;

/** By UUID, what earlier imports did with the events of this list. */
export function rememberedEvents(known: unknown, of: string): ReadonlyMap<string, Fate> {
  const list = listOf(known);
  return new Map(list?.of === of ? Object.entries(list.events) : []);
}

export interface FetchPlan {
  readonly unchanged: readonly ManifestEntry[];
  /** New or changed, in the order in which they have their turn. */
  readonly wanted: readonly ManifestEntry[];
}

/**
 * What is to be fetched. Where that is more than one import takes, events that were never tried come first, the newest
 * of them at the start, then those whose last turn is longest ago: none that fails each time keeps another from its turn.
 */
export function planFetch(
  entries: ReadonlyMap<string, ManifestEntry>,
  remembered: ReadonlyMap<string, Fate>,
): FetchPlan {
  const unchanged: ManifestEntry[] = [];
  const wanted: ManifestEntry[] = [];
  for (const entry of entries.values()) {
    const same = entry.timestamp !== '' && remembered.get(entry.uuid) === entry.timestamp;
    (same ? unchanged : wanted).push(entry);
  }
  const lastTurn = ({ uuid }: ManifestEntry) => {
    const fate = remembered.get(uuid);
    return typeof fate === 'object' ? fate.triedAtMs : 0;
  };
  wanted.sort((one, other) => lastTurn(one) - lastTurn(other) || Number(other.timestamp) - Number(one.timestamp) || 0);
  return { unchanged, wanted };
}

/** What is to be remembered once the fetched events came to their end. What is no longer listed is forgotten. */
export function eventsAfter(
  remembered: ReadonlyMap<string, Fate>,
  listed: ReadonlyMap<string, ManifestEntry>,
  fetched: readonly ListedEvent[],
  tried: readonly ListedEvent[],
  nowMs: number,
): RememberedList['events'] {
  const events = new Map([...remembered].filter(([uuid]) => listed.has(uuid)));
  // Without a timestamp nothing tells whether it changed: it is fetched each time, after the others.
  for (const { uuid, timestamp } of fetched) events.set(uuid, timestamp === '' ? { triedAtMs: nowMs } : timestamp);
  for (const { uuid } of tried) events.set(uuid, { triedAtMs: nowMs });
  return Object.fromEntries(events);
}

/** While something is to be fetched again, the server must not answer that nothing changed. */
export function onceSettled(state: SourceState): SourceState {
  const { list } = state;
  if (list === undefined || Object.values(list.events).every((fate) => typeof fate === 'string')) return state;
  return withoutValidators(state);
}

/** The server is then asked for all that it has. */
export function withoutValidators({ list }: SourceState): SourceState {
  return list === undefined ? {} : { list };
}

/**
 * Of the state before an import, what stays true whatever the import does and wherever it ends: not what it takes in
 * anew, nor what it finds to have left. To be kept before anything is written: what comes back as it was is then new,
 * though the import that saw it change or leave never came to its end.
 * @param next the state once the import has come to its end
 * @returns undefined where all of it stays true
 */
export function untouchedBy(known: unknown, next: SourceState): SourceState | undefined {
  const list = listOf(known);
  if (list === undefined) return undefined;
  const after = rememberedEvents(next, list.of);
  const kept = Object.entries(list.events).filter(
    ([uuid, fate]) => typeof fate !== 'string' || after.get(uuid) === fate,
  );
  if (kept.length === Object.keys(list.events).length) return undefined;
  return { list: { ...list, events: Object.fromEntries(kept) } };
}

/**
 * The state where the files of some events were older than the list says: caches lag behind each other. They are
 * fetched once more; what is no newer the second time is what there is.
 * @param known the state before
 */
export function lookingAgain(state: SourceState, known: unknown, older: readonly string[], nowMs: number): SourceState {
  const { list } = state;
  if (list === undefined) return state;
  const before = rememberedEvents(known, list.of);
  return withFates(state, older, (uuid, fate) => {
    const last = before.get(uuid);
    if (typeof fate !== 'string' || (typeof last === 'object' && last.older === fate)) return fate;
    return { triedAtMs: nowMs, older: fate };
  });
}

/**
 * What is remembered of an import once all its rows came to their end. What was rejected is tried again, also where the
 * source says that nothing has changed.
 * @param files those of rejected rows
 * @param byMisp whether MISP rejected some of them
 */
export function stateAfter(state: SourceState, files: Iterable<string>, byMisp: boolean, nowMs: number): SourceState {
  const { list } = state;
  if (list === undefined) return byMisp ? {} : state;
  const start = list.base.length;
  const uuids = [...files].flatMap((file) =>
    file.startsWith(list.base) ? [file.slice(start, start + uuidLength).toLowerCase()] : [],
  );
  return withFates(state, uuids, (_uuid, fate) => (typeof fate === 'string' ? { triedAtMs: nowMs } : fate));
}

function withFates(
  state: SourceState,
  uuids: readonly string[],
  change: (uuid: string, fate: Fate) => Fate,
): SourceState {
  const { list } = state;
  if (list === undefined) return state;
  const events = new Map(Object.entries(list.events));
  for (const uuid of uuids) {
    const fate = events.get(uuid);
    if (fate !== undefined) events.set(uuid, change(uuid, fate));
  }
  return onceSettled({ ...state, list: { ...list, events: Object.fromEntries(events) } });
}

function listOf(known: unknown): RememberedList | undefined {
  return z.object({ list: rememberedListSchema }).safeParse(known).data?.list;
}
