import type { Warning } from '../errors/warning.js';
import { valueComplaint } from './check-value-complaint.js';
import { normaliseValue } from './check-value-normalise.js';
import { typeMistake } from './describe-types.js';
import { cleanLines, cleanText, longestValueBytes, urlText } from './values.js';

/** Counts up whenever the rules here or beside change what comes out: what was checked before is looked at again. */
export const valueRulesVersion = 1;

export type CheckedValue =
  /** As MISP stores it. */
  | { readonly value: string }
  /** Why MISP would drop it: a clause for a sentence. */
  | Warning;

/**
 * A value as MISP stores it, or why it would silently drop it. The rules are those of MISP's AttributeValidationTool,
 * ComplexTypeTool (defanged notations) and the model around them, at 2.5. Where MISP would store something else than
 * was meant (a `?` for an emoji, 1 for the boolean `no`, 2 March for 30 February) the value is mended or refused.
 *
 * @param category undefined: the default of the type
 */
export function checkValue(type: string, category: string | undefined, value: string): CheckedValue {
  const mistake = typeMistake(type, category);
  return mistake === undefined ? checkFormat(type, value) : { code: 'LW_WARN_TYPE', reason: mistake };
}

/** The same, where type and category are known to fit. */
export function checkFormat(type: string, value: string): CheckedValue {
  const clean = cleanFor(type, value);
  if (clean === '') return dropped('the value is empty');
  const normal = normaliseWholly(type, clean);
  if (normal === '') return dropped(`of ${quoted(clean)} nothing is left as ${type}`);
  // MISP's order is another, but of a huge value only its size is worth telling.
  const bytes = normal.length > longestValueBytes / 3 ? Buffer.byteLength(normal) : 0;
  if (bytes > longestValueBytes) return dropped(`it has ${bytes} bytes, more than the ${longestValueBytes} of MISP`);
  if (isComposite(type) && normal.split('|').length !== 2) {
    return dropped(`${quoted(normal)} is no ${type}: that is two values with one | between them`);
  }
  const complaint = valueComplaint(type, normal);
  return complaint === undefined ? { value: normal } : dropped(`${quoted(normal)} is no ${type}: ${complaint}`);
}

function dropped(reason: string): Warning {
  return { code: 'LW_WARN_VALUE', reason };
}

/** MISP does to a normalised value what it does to any other, so it has to be one that stays as it is. */
function normaliseWholly(type: string, clean: string): string {
  let value = clean;
  for (let times = 0; times < 5; times += 1) {
    const next = normaliseValue(type, value).trim();
    if (next === value) break;
    value = next;
  }
  return value;
}

/** A value in a message: on one line, its beginning. */
export function quoted(value: string): string {
  const line = cleanText(value);
  return `\`${line.length > 80 ? `${line.slice(0, 80)}…` : line}\``;
}

/** MISP keeps the two halves of these apart. */
function isComposite(type: string): boolean {
  return type.includes('|') || type === 'malware-sample';
}

/** Whole texts, whose lines mean something. */
const manyLines = new Set([
  ...['comment', 'text', 'other', 'snort', 'suricata', 'bro', 'zeek', 'yara', 'sigma', 'gene', 'kusto-query'],
  ...['stix2-pattern', 'pattern-in-file', 'pattern-in-traffic', 'pattern-in-memory', 'email-body', 'email-header'],
  ...['pgp-public-key', 'pgp-private-key', 'cookie', 'cortex'],
]);

function cleanFor(type: string, value: string): string {
  if (type === 'url' || type === 'link' || type === 'uri') return urlText(value);
  return manyLines.has(type) ? cleanLines(value) : cleanText(value);
}
