import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { z } from 'zod';
import type { feedSchema } from '../../src/feeds/config.js';
import { columns, type LeakPost } from './leak-posts.js';

type FeedInput = Omit<z.input<typeof feedSchema>, 'source'>;

/** A way to write the same posts, and how Lurewatch is told to read them. */
export interface FileKind {
  readonly name: string;
  readonly feed: FeedInput;
  readonly gzip?: true;
  readonly before: string;
  readonly between: string;
  readonly after: string;
  readonly record: (post: LeakPost) => string;
}

const preset = { preset: 'ransomwatch' } as const;
const lines = { before: '', between: '\n', after: '\n' } as const;
const tsv: FileKind = {
  ...lines,
  name: 'tsv',
  feed: preset,
  before: header('\t'),
  record: (post) => values(post).join('\t'),
};

export const fileKinds: readonly FileKind[] = [
  tsv,
  { ...tsv, name: 'tsv.gz', gzip: true },
  {
    ...{ ...lines, name: 'csv', before: header(',') },
    feed: { ...preset, format: { kind: 'csv' } },
    record: (post) => values(post).map(quotedForCsv).join(','),
  },
  {
    ...{ name: 'json', before: '[\n', between: ',\n', after: '\n]\n' },
    feed: { ...preset, format: { kind: 'json' } },
    record: (post) => JSON.stringify(post),
  },
  {
    ...{ ...lines, name: 'jsonl' },
    feed: { ...preset, format: { kind: 'jsonl' } },
    record: (post) => JSON.stringify(post),
  },
  {
    ...{ ...lines, name: 'log' },
    feed: {
      ...preset,
      format: {
        kind: 'log',
        pattern:
          '^(?P<first_seen>\\S+ \\S+) monitor\\[\\d+\\]: (?P<actor>\\S+) posted "(?P<victim>[^"]*)" at (?P<url>\\S+), dated (?P<published>.+)$',
      },
    },
    record: ({ actor, victim, first_seen, published, url }) =>
      `${first_seen} monitor[4711]: ${actor} posted "${victim}" at ${url}, dated ${published}`,
  },
  {
    ...{ ...lines, name: 'keyValue' },
    feed: { ...preset, format: { kind: 'keyValue' } },
    record: (post) => columns.map((column) => `${column}="${post[column]}"`).join(' '),
  },
  {
    ...{ ...lines, name: 'list' },
    feed: {
      format: { kind: 'list' },
      event: { info: 'Leak site {value}', date: 'today' },
      attributes: [{ type: { column: 'type' }, value: '{value}' }],
    },
    record: ({ url }) => url.replace('http:', 'hxxp:').replace('.onion', '[.]onion'),
  },
  {
    ...{ name: 'misp', before: '{"response":[\n', between: ',\n', after: '\n]}\n' },
    feed: {
      format: { kind: 'misp' },
      groupBy: ['uuid'],
      event: { info: '{info}', date: '{date}' },
      attributes: [{ type: 'comment', value: '{info}' }],
    },
    record: mispEvent,
  },
];

/** Writes posts to a file as this kind does. */
export async function writeFeedFile(path: string, kind: FileKind, posts: Iterable<LeakPost>): Promise<void> {
  const text = Readable.from(pieces(kind, posts), { objectMode: false });
  const target = createWriteStream(path);
  if (kind.gzip) await pipeline(text, createGzip(), target);
  else await pipeline(text, target);
}

/** @returns the kind that the preset `ransomwatch` reads */
export function presetFile(): FileKind {
  return tsv;
}

function* pieces({ before, between, after, record }: FileKind, posts: Iterable<LeakPost>): Generator<string> {
  let gathered = before;
  let isFirst = true;
  for (const post of posts) {
    gathered += isFirst ? record(post) : between + record(post);
    isFirst = false;
    if (gathered.length < 64 * 1024) continue;
    yield gathered;
    gathered = '';
  }
  yield gathered + after;
}

function header(delimiter: string): string {
  return `${columns.join(delimiter)}\n`;
}

function values(post: LeakPost): readonly string[] {
  return columns.map((column) => post[column]);
}

function quotedForCsv(value: string): string {
  return /[",]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** As MISP exports one: with its organisation, its attributes and its tags. */
function mispEvent(post: LeakPost): string {
  const number = /\d+/.exec(post.victim)?.[0] ?? '0';
  const uuid = (kind: number) => `${kind}0000000-0000-4000-8000-${number.padStart(12, '0')}`;
  const attribute = (kind: number, type: string, category: string, value: string) => ({
    ...{ uuid: uuid(kind), type, category, value },
    ...{ to_ids: false, comment: '', disable_correlation: false, timestamp: '1767225600' },
  });
  const Event = {
    ...{ uuid: uuid(1), info: `${post.actor}: ${post.victim}`, date: post.first_seen.slice(0, 10) },
    ...{ threat_level_id: '4', analysis: '0', distribution: '0', published: true, timestamp: '1767225600' },
    Orgc: { name: 'Monitor', uuid: '55f6ea5e-2c60-40e5-964f-47a8950d210f' },
    Tag: [{ name: 'ransomwatch', colour: '#336699' }],
    Attribute: [
      attribute(2, 'comment', 'External analysis', post.victim),
      attribute(3, 'url', 'Network activity', post.url),
    ],
  };
  return JSON.stringify({ Event });
}
