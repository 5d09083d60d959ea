import type { WarningCode } from '../../errors/catalogue.js';
import { quoted } from '../../misp/check-value.js';
import { isStoredDate, longestDate, normaliseDate } from '../../misp/check-value-dates.js';
import type { MispTag } from '../../misp/types.js';
import { cleanLines, cleanText, cutText, longestValueBytes } from '../../misp/values.js';
import { longestTagCharacters } from './event-rule.js';

/** What the parts of an event that is imported as it is have in common. */

/** While one event is read. */
export interface AsIsContext {
  /** Its UUID. */
  readonly event: string;
  /** The UUIDs of attributes and objects so far: MISP drops what comes with one that is taken. */
  readonly taken: Set<string>;
  readonly warn: (code: WarningCode, reason: string) => void;
}

/** As MISP checks UUIDs: CakePHP's Validation::uuid, which knows no version above 5. */
const uuidShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-5][0-9a-f]{3}-[089ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** In lower case; undefined where it is none that MISP would take. */
export function validUuid(text: string): string | undefined {
  const uuid = text.trim().toLowerCase();
  return uuidShape.test(uuid) ? uuid : undefined;
}

/** Its own UUID, or the one that is made for it; undefined where both are taken. */
export function takeUuid(own: string, made: () => string, { taken }: AsIsContext): string | undefined {
  const valid = validUuid(own);
  const uuid = valid !== undefined && !taken.has(valid) ? valid : made();
  if (taken.has(uuid)) return undefined;
  taken.add(uuid);
  return uuid;
}

export function commentText(comment: string): string {
  return cutText(cleanLines(comment), longestValueBytes).value;
}

export interface SourceTags {
  readonly Tag: readonly { readonly name: string; readonly local?: boolean | undefined }[];
  readonly Galaxy: readonly { readonly GalaxyCluster: readonly { readonly tag_name: string }[] }[];
}

/** Tags and clusters, each once: MISP looks tags up without regard to case. */
export function tagsOf({ Tag, Galaxy }: SourceTags, place: string, warn: AsIsContext['warn']): readonly MispTag[] {
  const tags = new Map<string, MispTag>();
  const local = new Set(Tag.filter((tag) => tag.local === true).map((tag) => cleanText(tag.name).toLowerCase()));
  const clusters = Galaxy.flatMap(({ GalaxyCluster }) => GalaxyCluster.map((cluster) => cluster.tag_name));
  for (const text of [...Tag.map(({ name }) => name), ...clusters]) {
    const name = cleanText(text);
    const known = name.toLowerCase();
    if (name === '' || local.has(known)) continue;
    if (name.length > longestTagCharacters) {
      const reason = `${place}: left out: ${quoted(name)} has more than the ${longestTagCharacters} characters of MISP`;
      warn('LW_WARN_TAG', reason);
    } else if (!tags.has(known)) tags.set(known, { name });
  }
  if (local.size > 0) {
    const names = [...local].map(quoted).join(', ');
    warn('LW_WARN_TAG', `${place}: left out: ${names}, local to where the event is from`);
  }
  return [...tags.values()];
}

/** The dates beside a value. MISP drops what has a bad one, or a last before the first: such a date is left out. */
export function seenOf(
  source: { readonly first_seen: string; readonly last_seen: string },
  place: string,
  warn: AsIsContext['warn'],
): { readonly first_seen?: string; readonly last_seen?: string } {
  const read = (name: 'first_seen' | 'last_seen'): string | undefined => {
    const text = source[name].trim();
    if (text === '') return undefined;
    const date = text.length > longestDate ? '' : normaliseDate(text);
    // As MISP answers it: with a colon in the offset.
    if (isStoredDate(date)) return date.replace(/(\d\d)$/, ':$1');
    warn('LW_WARN_DATE', `${place}: without ${name}: ${quoted(text)} is no date`);
    return undefined;
  };
  const first = read('first_seen');
  const last = read('last_seen');
  const backwards = first !== undefined && last !== undefined && Date.parse(last) < Date.parse(first);
  if (backwards) warn('LW_WARN_DATE', `${place}: without last_seen: ${last} is before ${first}`);
  return {
    ...(first === undefined ? {} : { first_seen: first }),
    ...(last === undefined || backwards ? {} : { last_seen: last }),
  };
}
