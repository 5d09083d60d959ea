import { z } from 'zod';
import type { HttpResponse } from '../../http/client.js';
import { jsonOf } from '../../text/json-of.js';
import { otherType } from './missing-types.js';

export const observableTypesQuery = JSON.stringify({
  query: [{ _name: 'listObservableType' }, { _name: 'page', from: 0, to: 1000 }],
});

const types = z.array(z.object({ name: z.string() }));

/** The observable types over there; undefined where the key may not read them. */
export function listedTypes(response: HttpResponse): readonly string[] | undefined {
  const parsed = types.safeParse(response.status === 200 ? jsonOf(response.body) : undefined);
  return parsed.success ? parsed.data.map(({ name }) => name) : undefined;
}

/** Whether TheHive has the observable types that alerts use: an administrator may take some out. */
export function checkTypes(listed: readonly string[] | undefined, needed: readonly string[]): string {
  if (listed === undefined) return 'its observable types could not be looked at';
  const missing = needed.filter((type) => !listed.includes(type));
  if (missing.length === 0) return 'it has the observable types that alerts use';
  const became = missing.includes(otherType) ? 'stand in the description only' : `go as \`${otherType}\``;
  return `it has no observable type ${missing.join(', ')}: such values ${became}, until an administrator adds it`;
}
