import type { HeaderField } from './headers.js';

/** What one Authentication-Results header says (RFC 8601). Anybody can write one: see `authenticationBy`. */
export interface AuthenticationReport {
  /** authserv-id, in lower case: the host that claims to have checked; '' where it names none. */
  readonly host: string;
  /** Reports of the same run stand below each other with nothing else between. From 0, from the top. */
  readonly run: number;
  readonly results: readonly AuthenticationResult[];
}

export interface AuthenticationResult {
  readonly method: (typeof authenticationMethods)[number];
  /** `pass`, `fail`, `softfail`, `none`, …, in lower case. */
  readonly result: string;
  /** What was checked, by `ptype.property`: `smtp.mailfrom`, `header.d`, `header.from`. */
  readonly properties: Readonly<Record<string, string>>;
}

export const authenticationMethods = ['spf', 'dkim', 'dmarc', 'arc'] as const;

const maxReports = 20;
const maxFieldChars = 8192;
const maxResults = 50;
const maxValueChars = 300;
const reportField = 'authentication-results';
/** A run is made of reports and of what filters write between those of each other. */
export const authenticationRunFields: ReadonlySet<string> = new Set([
  reportField,
  'dkim-filter',
  'dmarc-filter',
  'received-spf',
]);

/** All Authentication-Results headers of a message, the topmost first, whoever wrote them. Never throws; linear. */
export function readAuthenticationReports(fields: readonly HeaderField[]): readonly AuthenticationReport[] {
  const reports: AuthenticationReport[] = [];
  let run = -1;
  let inRun = false;
  for (const { name, value } of fields) {
    if (name !== reportField) {
      inRun &&= authenticationRunFields.has(name);
      continue;
    }
    if (reports.length >= maxReports) break;
    if (!inRun) run += 1;
    inRun = true;
    const [head = [], ...statements] = splitStatements(value.slice(0, maxFieldChars));
    const host = (head[0] ?? '').toLowerCase();
    // Without an id the first statement stands in its place, as some large providers write it: nobody's, and above ours.
    if (host === '' || head[1] === '=') {
      reports.push({ host: '', run, results: [] });
      continue;
    }
    const results = statements.slice(0, maxResults).flatMap((words) => resultOf(words) ?? []);
    reports.push({ host: host.slice(0, maxValueChars), run, results });
  }
  return reports;
}

/**
 * What a host of one's own reported. Only the topmost headers count, as many as that host writes (a milter for DKIM and
 * one for DMARC write two), with nothing of another host above: whatever the sender forged may stand right below them.
 * Of two answers to one method, the upper header has it.
 * @param headers how many the host writes, at least 1
 * @returns undefined where that host reported nothing
 */
export function authenticationBy(
  host: string,
  reports: readonly AuthenticationReport[],
  headers = 1,
): readonly AuthenticationResult[] | undefined {
  const wanted = host.toLowerCase();
  const believed: AuthenticationResult[] = [];
  const answered = new Set<string>();
  let read = 0;
  for (const report of reports.slice(0, headers)) {
    if (report.run !== 0 || report.host !== wanted) break;
    read += 1;
    believed.push(...report.results.filter(({ method }) => !answered.has(method)));
    for (const { method } of report.results) answered.add(method);
  }
  return read === 0 ? undefined : believed;
}

function resultOf([method = '', equals, result = '', ...more]: readonly string[]): AuthenticationResult | undefined {
  // `dkim/1=pass`: the version of a method (RFC 8601 §2.2).
  const name = authenticationMethods.find((known) => known === method.toLowerCase().replace(/\/.*$/, ''));
  if (name === undefined || equals !== '=' || result === '') return undefined;
  const properties: Record<string, string> = Object.create(null);
  for (const [index, word] of more.entries()) {
    if (word !== '=' || index === 0) continue;
    const property = (more[index - 1] ?? '').toLowerCase();
    if (/^[a-z]{1,20}\.[a-z0-9_-]{1,40}$/.test(property)) {
      properties[property] ??= (more[index + 1] ?? '').slice(0, maxValueChars);
    }
  }
  return { method: name, result: result.slice(0, 40).toLowerCase(), properties: { ...properties } };
}

/** Statements between semicolons, as words and `=`; comments taken out, quotes undone (RFC 5322 §3.2). */
function splitStatements(text: string): string[][] {
  const statements: string[][] = [[]];
  let word = '';
  let depth = 0;
  const endWord = () => {
    if (word !== '') statements.at(-1)?.push(word);
    word = '';
  };
  for (let index = 0; index < text.length; index++) {
    const sign = text.charAt(index);
    if (sign === '\\' && depth > 0) index += 1;
    else if (sign === '(') depth += 1;
    else if (sign === ')' && depth > 0) depth -= 1;
    else if (depth > 0) continue;
    else if (sign === '"') {
      const [quoted, end] = quotedString(text, index + 1);
      word += quoted;
      index = end;
    } else if (sign === ';') {
      endWord();
      statements.push([]);
    } else if (sign === '=' && !inValue(statements.at(-1), word)) {
      endWord();
      statements.at(-1)?.push('=');
    } else if (/\s/.test(sign)) endWord();
    else word += sign;
  }
  endWord();
  return statements;
}

/** The second `=` of `header.b=abc=`, or of a VERP address, belongs to the value. */
function inValue(statement: readonly string[] | undefined, word: string): boolean {
  return word !== '' && statement?.at(-1) === '=';
}

function quotedString(text: string, start: number): readonly [string, number] {
  let quoted = '';
  let index = start;
  for (; index < text.length && text[index] !== '"'; index++) {
    if (text[index] === '\\') index += 1;
    quoted += text.charAt(index);
  }
  return [quoted, index];
}
