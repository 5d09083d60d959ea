import type { AlertEvent } from '../alerts/types.js';

const columns = ['kind', 'flags', 'wrapper', 'shown', 'part'] as const;

/** What an event tells of one URL beside it: '' where that is nothing; flags and wrappers have `|` between them. */
export type UrlRow = Readonly<Record<(typeof columns)[number], string>>;

/** Of the first URLs, by how each stands in `found_url`; of an alert of an earlier release there is none. */
export function urlRows(event: AlertEvent, most: number): ReadonlyMap<string, UrlRow> {
  if (event.found_url === undefined || event.found_url_kind === undefined) return new Map();
  const [kind, flags, wrapper, shown, part] = columns.map((name) => event[`found_url_${name}`]?.split(',') ?? []);
  const at = (values: readonly string[] | undefined, row: number) => (values?.[row] ?? '').replaceAll('%2C', ',');
  const urls = event.found_url.split(',').slice(0, most);
  return new Map(
    urls.map((url, row) => [
      url,
      {
        kind: at(kind, row),
        flags: at(flags, row),
        wrapper: at(wrapper, row),
        shown: at(shown, row),
        part: at(part, row),
      },
    ]),
  );
}
