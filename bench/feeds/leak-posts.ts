import { createHash } from 'node:crypto';

/** A row of the feed `ransomwatch`. */
export interface LeakPost {
  readonly actor: string;
  readonly victim: string;
  readonly first_seen: string;
  readonly published: string;
  readonly url: string;
}

export const columns = ['actor', 'victim', 'first_seen', 'published', 'url'] as const;

const actors = ['lockbit3', 'alphv', 'clop', '8base', 'bianlian', 'medusa', 'noescape', 'ransomhub', 'akira', 'qilin'];
const trades = ['Foods', 'Logistics', 'Medical Center', 'Städtische Werke', 'Machinery', 'Law & Partners', '建設'];
const places = ['of Springfield', 'Group', 'GmbH', 'S.A.', 'Holdings, Inc.', '株式会社'];

export interface LeakPostOptions {
  /** Posts of another prefix are other posts. */
  readonly prefix?: string;
  /** Every `changedEvery`th has another address than without this: the same event, to be updated. */
  readonly changedEvery?: number | undefined;
}

/** Posts like those of the leak site monitor, no two of one key. The same number always gives the same post. */
export function* leakPosts(count: number, options: LeakPostOptions = {}): Generator<LeakPost> {
  for (let number = 1; number <= count; number += 1) yield leakPost(number, options);
}

export function leakPost(number: number, { prefix = 'post', changedEvery }: LeakPostOptions = {}): LeakPost {
  const name = `${prefix}-${number}`;
  const changed = changedEvery !== undefined && number % changedEvery === 0;
  const seen = Date.UTC(2024, 0, 1) + number * 61_000;
  const host = createHash('sha256')
    .update(`${prefix}/${number % 97}`)
    .digest('hex')
    .slice(0, 56);
  return {
    actor: `${actors[number % actors.length]}`,
    victim: `${name} ${trades[number % trades.length]} ${places[number % places.length]}`,
    first_seen: dateText(seen),
    // A quarter of the sites do not say; an equal date MISP would drop.
    published: number % 4 === 0 ? 'N/A' : dateText(seen - 3_600_000),
    url: `http://${host}.onion/${changed ? 'moved' : 'post'}/${name}`,
  };
}

function dateText(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', '000');
}
