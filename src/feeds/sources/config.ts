import { z } from 'zod';
import { duration, proxyShape, secretRef, tlsShape } from '../../config/fields.js';
import { isRecord } from '../../config/is-record.js';
import { parseAnyUrl } from '../../url/parse-any-url.js';

const mebibyte = 1024 * 1024;

const sizeShape = {
  maxBytes: z
    .int()
    .min(1)
    .default(512 * mebibyte)
    .describe('A file larger than this, as it lies there or as it travels, is not read.'),
  maxUnpackedBytes: z
    .int()
    .min(1)
    .default(4096 * mebibyte)
    .describe('A file larger than this once it is unpacked is read no further.'),
};

export const pathSourceSchema = z.strictObject({
  kind: z.literal('path').describe('Need not be written.').meta({ follows: 'path' }),
  path: z
    .string()
    .min(1)
    .describe(
      'A file, or a glob like `./drop/*.tsv` whose files are read by name, relative to the configuration file.',
    ),
  ...sizeShape,
});

const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is no name of a header')
  // `headers: { env: NAME }` is a secret in the wrong place, and would be taken for one.
  .refine((name) => !/^(env|file)$/i.test(name), 'is part of a secret: write it as `Name-Of-Header: { env: NAME }`')
  .refine(
    (name) =>
      !/^(accept-encoding|connection|content-.*|expect|host|if-.*|keep-alive|proxy-.*|range|te|trailer|transfer-encoding|upgrade)$/i.test(
        name,
      ),
    'is set by Lurewatch itself',
  );

const headerValue = z.union(
  [z.string().regex(/^[\x20-\x7e]*$/, 'must be printable ASCII'), secretRef],
  'must be text, { env: NAME } or { file: /path }',
);

export const urlSourceSchema = z
  .strictObject({
    kind: z.literal('url').default('url').describe('Need not be written.').meta({ follows: 'url' }),
    url: z
      .url({ protocol: /^https?$/ })
      .describe(
        'Address of the file, or of the folder or manifest.json of a feed of MISP. `{key}` in its path or query stands for the secret `key`.',
      ),
    key: secretRef.optional().describe('What `{key}` in `url` stands for, for servers that take their key there.'),
    headers: z
      .record(headerName, headerValue)
      .default({})
      .describe('Sent with each request, like `Auth-Key: { env: NAME }`; a secret is the whole value of its header.'),
    insecure: z.boolean().default(false).describe('True: allow http://, in `url` and in redirects.'),
    allowPrivate: z
      .boolean()
      .default(false)
      .describe('True: `url` and its redirects may lead to addresses of this machine and of private networks.'),
    ...tlsShape,
    ...proxyShape,
    timeout: duration
      .prefault('10m')
      .describe(
        'For the whole fetch, redirects included. Of a feed of MISP, what is not there by then comes next time.',
      ),
    stallTimeout: duration.prefault('60s').describe('The longest silence of the server, before or within its answer.'),
    maxEvents: z
      .int()
      .min(1)
      .max(100_000)
      .default(10_000)
      .describe('Of a feed of MISP: so many events are fetched in one import; the next ones take the others.'),
    maxEventBytes: z
      .int()
      .min(1)
      .max(256 * mebibyte)
      .default(64 * mebibyte)
      .describe('Of a feed of MISP: an event larger than this, once it is unpacked, is a rejected row.'),
    ...sizeShape,
  })
  .superRefine((source, context) => {
    const wrong = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
    const { url, key, insecure } = source;
    if (hasCredentials(url)) wrong('url', 'holds a user name or a password: give them in `headers`');
    if (/^http:/i.test(url) && !insecure) {
      wrong('url', 'http:// is not encrypted: use https://, or `{ url: …, insecure: true }`');
    }
    // An origin that follows from a secret could not be named in any error.
    const placed = url.slice(url.search(/(?<=:\/\/[^/?#]*)[/?#]|$/)).includes(keyMark);
    if (key !== undefined && !placed) wrong('url', 'must have `{key}` in its path or query where `key` is given');
    if (key === undefined && url.includes(keyMark)) wrong('key', 'is missing: it is what `{key}` in `url` stands for');
  });

/**
 * Where a feed comes from: a path, a glob, an https:// address, or a map with `path` or `url`. What a person may leave
 * out is filled in here, so that what is wrong in the map is told about its keys and not about the choice between maps.
 */
export const sourceSchema = z
  .preprocess(
    spelledOut,
    z.discriminatedUnion('kind', [urlSourceSchema, pathSourceSchema], {
      error: ({ input }) =>
        isRecord(input) ? undefined : 'must be a path, a glob, an https:// address, or a map with `path` or `url`',
    }),
  )
  .meta({ shorthand: 'text' });
export type SourceConfig = z.output<typeof sourceSchema>;
export type PathSourceConfig = z.output<typeof pathSourceSchema>;
export type UrlSourceConfig = z.output<typeof urlSourceSchema>;

/** Stands in `url` for the secret `key`, and is what errors and names show. */
export const keyMark = '{key}';

/** With the format `misp`: whether an address is that of a feed of MISP, and not that of one file with events. */
export function namesMispFeed(url: string): boolean {
  return /\/(manifest\.json)?$/.test(new URL(url).pathname);
}

function spelledOut(source: unknown): unknown {
  if (typeof source === 'string') {
    return /^[a-z][a-z0-9+.-]*:\/\//i.test(source) ? { kind: 'url', url: source } : { kind: 'path', path: source };
  }
  if (!isRecord(source) || source.kind !== undefined) return source;
  return { ...source, kind: 'url' in source ? 'url' : 'path' };
}

function hasCredentials(text: string): boolean {
  // This is asked also of what is no URL, which has been told by then.
  const url = parseAnyUrl(text);
  return url !== null && (url.username !== '' || url.password !== '');
}
