import type { Alert, AlertEvent } from '../../alerts/types.js';
import { countValues } from './cut-fields.js';
import { isList } from './order.js';

/** The event field that tells an analyst what is missing. */
export const cutField = 'lurewatch_cut';
/** The longest text in that field. */
const noteCharacters = 2_000;

/** What an alert lost by becoming another one. */
export type TellCuts = (after: Alert) => readonly string[];

/**
 * Tells what an alert lost, by comparing it with what it was: nothing can go unsaid. One sentence for each field, counted
 * over the events that are left. What it was is counted once, however often is asked.
 */
export function cutsFrom(before: Alert): TellCuts {
  const sizes = new Map<number, ReadonlyMap<string, number>>();
  const sizesAt = (index: number): ReadonlyMap<string, number> => {
    const known = sizes.get(index);
    if (known !== undefined) return known;
    const fields = Object.entries(before.events[index] ?? {});
    const counted = new Map(fields.map(([field, text]) => [field, sizeOf(field, text)]));
    sizes.set(index, counted);
    return counted;
  };
  return (after) => (after === before ? [] : cutsOf(before, after, sizesAt));
}

function cutsOf(before: Alert, after: Alert, sizesAt: (index: number) => ReadonlyMap<string, number>): string[] {
  const cuts: string[] = [];
  if (after.events.length < before.events.length) {
    cuts.push(`events: ${after.events.length} of ${before.events.length} kept`);
  }
  if (after.name !== before.name) cuts.push(kept('name', after.name.length, before.name.length));
  const counts = new Map<string, { had: number; has: number; cut: boolean }>();
  after.events.forEach((event, index) => {
    const sizes = sizesAt(index);
    for (const [field, text] of Object.entries(before.events[index] ?? {})) {
      const left = (Object.hasOwn(event, field) ? event[field] : undefined) ?? '';
      const count = counts.get(field) ?? { had: 0, has: 0, cut: false };
      const had = sizes.get(field) ?? 0;
      count.had += had;
      count.has += left === text ? had : sizeOf(field, left);
      count.cut ||= left !== text;
      counts.set(field, count);
    }
  });
  for (const [field, { had, has, cut }] of counts) if (cut) cuts.push(kept(field, has, had));
  return cuts;
}

/** The alert with the cuts in its first event. */
export function withNote(alert: Alert, cuts: readonly string[]): Alert {
  const [first, ...others] = alert.events;
  if (cuts.length === 0 || first === undefined) return alert;
  const event: AlertEvent = { ...first, [cutField]: noteOf(cuts) };
  return { ...alert, events: [event, ...others] };
}

function noteOf(cuts: readonly string[]): string {
  let note = 'Cut to fit the target: ';
  for (const [index, cut] of cuts.entries()) {
    const piece = index === 0 ? cut : `; ${cut}`;
    if (note.length + piece.length > noteCharacters) return `${note}; and ${cuts.length - index} other fields`;
    note += piece;
  }
  return note;
}

function sizeOf(field: string, text: string): number {
  return isList(field) ? countValues(text) : text.length;
}

function kept(field: string, has: number, had: number): string {
  const what = !isList(field) ? 'characters' : field.endsWith('_url') ? 'URLs' : 'values';
  return `${field}: ${has} of ${had} ${what} kept`;
}
