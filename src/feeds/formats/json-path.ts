import type { FormatConfig } from './config.js';

/** Where the rows of a document are: the keys that lead there, of which one may be `*`. */
export type JsonPath = readonly string[];

export function parsePath(path: string): JsonPath {
  return path === '' ? [] : path.split('.');
}

/**
 * A record as it stands at its place below the `*`: with its key, and what leads from there to the list. Without a `*`
 * it is its own text.
 */
export function rawAtKey(text: string, path: JsonPath, key: string | undefined): string {
  const star = path.indexOf('*');
  if (star < 0 || key === undefined) return text;
  const below = path.slice(star + 1);
  return `${JSON.stringify(key)}:${opening(below)}[${text}]${closing(below)}`;
}

export interface Wrapping {
  readonly before: string;
  readonly after: string;
}

/** What stands around records in a document, so that the same format reads them again. */
export function documentAround(format: Extract<FormatConfig, { kind: 'json' | 'misp' }>): Wrapping {
  const path = format.kind === 'json' ? parsePath(format.path) : [];
  const star = path.indexOf('*');
  const above = star < 0 ? path : path.slice(0, star);
  const [open, close] = star < 0 ? ['[', ']'] : ['{', '}'];
  return { before: `${opening(above)}${open}`, after: `${close}${closing(above)}` };
}

function opening(path: JsonPath): string {
  return path.map((key) => `{${JSON.stringify(key)}:`).join('');
}

function closing(path: JsonPath): string {
  return '}'.repeat(path.length);
}
