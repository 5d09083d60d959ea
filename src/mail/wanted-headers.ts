import { compileExpression } from '../expressions/expression.js';
import type { FoundHeader } from '../indicators/types.js';
import { decodeValue, plain } from './decode-headers.js';
import type { HeaderField } from './headers.js';
import type { Wanted } from './wanted.js';

/** Of those that only an expression asks for. */
const maxFields = 100;
/** So often a field is kept that stands there again and again: it must not take the place of another. */
const maxOfName = 50;
const maxValueChars = 4000;
/** Senders choose names of fields: no more of them are remembered than an honest day brings. */
const maxRemembered = 5000;

/** The header fields that the configuration asks for. */
export interface WantedHeaders {
  /** @param name in lower case */
  readonly wants: (name: string) => boolean;
  /**
   * Those of one header, in their order. `cut`: there were more of them, or longer ones. Never throws.
   * @param decode false: as they stand
   */
  readonly read: (
    fields: readonly HeaderField[],
    decode?: boolean,
  ) => { readonly headers: readonly FoundHeader[]; readonly cut: boolean };
}

const compiled = new WeakMap<Wanted, WantedHeaders | undefined>();

/** Undefined: none is wanted. */
export function wantedHeaders(wanted: Wanted | undefined): WantedHeaders | undefined {
  if (wanted === undefined) return undefined;
  if (!compiled.has(wanted)) compiled.set(wanted, compile(wanted));
  return compiled.get(wanted);
}

function compile({ headers = [], headersMatching = [] }: Wanted): WantedHeaders | undefined {
  if (headers.length === 0 && headersMatching.length === 0) return undefined;
  const names = new Set(headers);
  const expressions = headersMatching.map((source) => compileExpression(`(?i)${source}`));
  const matched = new Map<string, boolean>();
  const matches = (name: string) => {
    const known = matched.get(name);
    if (known !== undefined) return known;
    const answer = expressions.some(({ test }) => test(name));
    if (matched.size < maxRemembered) matched.set(name, answer);
    return answer;
  };
  const wants = (name: string) => names.has(name) || (expressions.length > 0 && matches(name));
  const kept = (fields: readonly HeaderField[]) =>
    sharedOut(
      fields.filter(({ name }) => wants(name)),
      names,
    );
  return { wants, read: (fields, decode = true) => readWanted(fields, kept(fields), decode) };
}

/** As many as are kept. What is asked for by its name is, whatever else the sender wrote. */
function sharedOut(found: readonly HeaderField[], names: ReadonlySet<string>) {
  const counts = new Map<string, number>();
  let left = maxFields;
  const kept = found.filter(({ name }) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    if (count > maxOfName || names.has(name)) return count <= maxOfName;
    left -= 1;
    return left >= 0;
  });
  return { kept, leftOut: kept.length < found.length };
}

function readWanted(fields: readonly HeaderField[], { kept, leftOut }: ReturnType<typeof sharedOut>, decode: boolean) {
  let cut = leftOut;
  const headers = kept.map(({ name, value }): FoundHeader => {
    const text = decode ? decodedOrPlain(value, fields) : plain(value.slice(0, maxValueChars + 1));
    if (text.length > maxValueChars) cut = true;
    return { name: name.slice(0, 200), value: plain(text.slice(0, maxValueChars)) };
  });
  return { headers, cut };
}

function decodedOrPlain(value: string, fields: readonly HeaderField[]): string {
  try {
    return decodeValue(value, fields);
  } catch {
    return plain(value);
  }
}
