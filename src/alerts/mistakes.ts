import { isRecord } from '../config/is-record.js';
import { type Mistake, shown } from '../config/mistakes.js';
import { didYouMean, nearest } from '../config/nearest.js';
import { alertFieldNames, eventFieldNames, isHeaderField, shownFieldNames } from '../templates/alert-names.js';
import { compileTemplate } from '../templates/template.js';
import { caseNameField } from './content.js';
import { headerFieldName } from './header-fields.js';

type Entry = Readonly<Record<string, unknown>>;
type Path = Mistake['path'];

/** Names that mean something to targets by how they begin: what is a list, what goes first where there is no room. */
const families = /^(?:header|found|file|orig|original|eml|auth|report|lurewatch)(?:_|$)/i;

/** Written when the name, the environment and the priority stand: what they are made of cannot be there. */
const notYet: ReadonlySet<string> = new Set([caseNameField, 'lurewatch_cut']);
const namesInTemplates = alertFieldNames.filter((name) => !notYet.has(name));
const namesInChoices = eventFieldNames.filter((name) => !notYet.has(name));
/** Also where case is not told apart, as in many a SOAR. */
const takenNames: ReadonlySet<string> = new Set(alertFieldNames.map((name) => name.toLowerCase()));

/** What the events of a mailbox's alerts may hold. */
interface Names {
  readonly own: readonly string[];
  /** Undefined: an expression says which header fields there are. */
  readonly headers: readonly string[] | undefined;
}

/**
 * What refers to no field of the alert in what a mailbox says of its alerts, and own fields that would take the place of
 * one. Reads the data as the user wrote it.
 * @param mailbox under `mailboxes`
 */
export function alertMistakes(mailbox: Entry, path: Path): readonly Mistake[] {
  const alert = isRecord(mailbox.alert) ? mailbox.alert : {};
  const own = isRecord(alert.fields) ? Object.keys(alert.fields) : [];
  const names = { own, headers: headerNames(alert.headers) };
  const at = [...path, 'alert'];
  return [
    ...own.flatMap((name) => taken(name, [...at, 'fields', name])),
    ...['alertName', 'caseName'].flatMap((key) => inTemplate(alert[key], names, [...at, key])),
    ...['environment', 'priority'].flatMap((key) => inChoice(mailbox[key], names, [...path, key])),
  ];
}

function headerNames(headers: unknown): readonly string[] | undefined {
  if (headers === undefined) return [];
  if (!Array.isArray(headers)) return undefined;
  return headers.flatMap((name: unknown) => (typeof name === 'string' ? [headerFieldName(name)] : []));
}

function taken(name: string, path: Path): readonly Mistake[] {
  const isTaken = takenNames.has(name.toLowerCase()) || families.test(name);
  return isTaken ? [{ path, of: 'key', reason: 'is a name of the fields that alerts have: choose another' }] : [];
}

function inTemplate(template: unknown, names: Names, path: Path): readonly Mistake[] {
  if (typeof template !== 'string') return [];
  const mistakes: Mistake[] = [];
  const mistake = (reason: string) => void mistakes.push({ path, of: 'value', reason });
  compileTemplate(template, [], new Set(), {
    noun: 'field',
    mistake: (_, reason) => mistake(reason),
    column: (_, name) => {
      if (name === '') return;
      const reason = unknownField(name, namesInTemplates, names);
      if (reason !== undefined) mistake(`names ${reason}`);
    },
  });
  return mistakes;
}

function inChoice(choice: unknown, names: Names, path: Path): readonly Mistake[] {
  if (!isRecord(choice) || typeof choice.field !== 'string') return [];
  const reason = unknownField(choice.field, namesInChoices, names);
  return reason === undefined ? [] : [{ path: [...path, 'field'], of: 'value', reason: `is ${reason}` }];
}

/** Goes on after `is` or `names`; undefined: there is such a field. */
function unknownField(name: string, fields: readonly string[], { own, headers }: Names): string | undefined {
  if (fields.includes(name) || own.includes(name) || headers?.includes(name)) return undefined;
  if (headers === undefined && isHeaderField(name)) return undefined;
  const what = `no field of these alerts${shown([], name)}`;
  if (isHeaderField(name)) {
    // Without what all of them begin with, lest each be near to each.
    const meant = nearest(withoutPrefix(name), (headers ?? []).map(withoutPrefix));
    return what + (meant === undefined ? '; `headers` names those that there are' : didYouMean(`header_${meant}`));
  }
  const meant = nearest(name, [...fields, ...own, ...(headers ?? [])]);
  return what + (meant === undefined ? listOf([...own, ...(headers ?? [])]) : didYouMean(meant));
}

function withoutPrefix(name: string): string {
  return name.replace(/^header_/, '');
}

function listOf(further: readonly string[]): string {
  return `; there are ${[...shownFieldNames, ...further].join(', ')}`;
}
