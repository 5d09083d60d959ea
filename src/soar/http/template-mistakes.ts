import { isRecord } from '../../config/is-record.js';
import { alertTemplateMistakes, type TemplateMistake } from '../../templates/alert-template.js';
import { structureMistakes } from '../../templates/structure-template.js';
import type { TemplatePath } from '../../templates/template.js';

/**
 * What is wrong in the templates of an `http` target, read as the user wrote it.
 * @param ownFields event fields that mailboxes of this configuration add
 */
export function httpTemplateMistakes(
  target: Readonly<Record<string, unknown>>,
  path: TemplatePath,
  ownFields: readonly string[],
): readonly TemplateMistake[] {
  const inPaths = [...ownFields, ...(target.secret === undefined ? [] : ['secret'])];
  const texts = (value: unknown, place: TemplatePath, known = ownFields): readonly TemplateMistake[] =>
    typeof value === 'string' ? alertTemplateMistakes(value, place, known) : [];
  const each = (value: unknown, place: TemplatePath): readonly TemplateMistake[] =>
    Object.entries(isRecord(value) ? value : {}).flatMap(([key, text]) => texts(text, [...place, key]));
  const lookup = isRecord(target.lookup) ? target.lookup : {};
  const check = isRecord(target.check) ? target.check : {};
  return [
    ...texts(target.url, [...path, 'url'], inPaths),
    ...each(target.headers, [...path, 'headers']),
    ...structureMistakes(target.body, [...path, 'body'], ownFields),
    ...texts(lookup.path, [...path, 'lookup', 'path'], inPaths),
    ...each(lookup.match, [...path, 'lookup', 'match']),
    ...texts(check.path, [...path, 'check', 'path'], inPaths),
    ...identityUses(lookup, [...path, 'lookup'], inPaths),
    ...secretUses(target, path, [target.url, lookup.path, check.path]),
  ];
}

/** Whole, though perhaps in other letters. All else may be the same in two mails, and its sender chooses it. */
const identity = /\{\s*(?:alert_id|display_id)\s*(?:\|\s*(?:lower|upper|trim)\s*)*\}/;

/** A look-up by anything but the alert id takes one mail for another, which is then never sent. */
function identityUses(
  lookup: Readonly<Record<string, unknown>>,
  path: TemplatePath,
  ownFields: readonly string[],
): readonly TemplateMistake[] {
  const matches = isRecord(lookup.match) ? Object.values(lookup.match) : [];
  const decides = lookup.list === undefined ? [lookup.path, ...matches] : matches;
  const texts = decides.filter((text) => typeof text === 'string');
  const named = texts.some((text) => identity.test(text.replace(/\{\{|\}\}/g, '')));
  const hasMistakes = texts.some((text) => alertTemplateMistakes(text, path, ownFields).length > 0);
  if (texts.length === 0 || hasMistakes || named) return [];
  const place = lookup.list === undefined ? 'path' : 'match';
  return [{ path: [...path, place], reason: 'needs `{alert_id}`, whole: nothing else is of one alert only' }];
}

/** A secret that is nowhere used is a mistake too: whoever wrote it thinks that it protects something. */
function secretUses(
  target: Readonly<Record<string, unknown>>,
  path: TemplatePath,
  places: readonly unknown[],
): readonly TemplateMistake[] {
  if (target.secret === undefined) return [];
  const used = places.some((text) => typeof text === 'string' && /\{\s*secret\s*[|}]/.test(text));
  return used ? [] : [{ path: [...path, 'secret'], reason: 'is used nowhere: it stands for `{secret}` in `url`' }];
}
