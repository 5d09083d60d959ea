import type { AlertDocument } from '../alerts/types.js';
import { holdsUrls, urlsAsFound } from '../alerts/urls-as-found.js';
import { isRecord } from '../config/is-record.js';
import { alertTemplateMistakes, compileAlertTemplate, type TemplateMistake } from './alert-template.js';
import { alertValues } from './alert-values.js';
import type { Filled, TemplatePath } from './template.js';

/** The structure for one alert: JSON values only. `mail`: the mail itself, where it goes along. */
export type StructureTemplate = (document: AlertDocument, mail?: Buffer) => unknown;

type Render = (filled: Filled, document: AlertDocument, mail: Buffer | undefined) => unknown;

/** Texts that stand for more than a text, where they are all of it. */
const wholes = new Map<string, StructureTemplate>([
  ['{alert}', ({ alert }) => alert],
  ['{events}', ({ alert }) => alert.events],
  ['{original}', (_document, mail) => mail?.toString('base64') ?? null],
]);
const numeric = /^(\{[^{}]*)\|\s*number\s*\}$/;

/**
 * A structure of JSON whose texts are templates over an alert. Values are put into the structure and never into its
 * text, so that no value can leave its place. Keys stay as they are. A text that is nothing but
 *
 * - `{alert}` or `{events}` becomes the whole alert, or its events; `{original}` the mail in Base64, or null;
 * - a field cut into several values, `{found_url|split:,}`, becomes a list: of the URLs as they were found;
 * - a field `|number`, `{priority|number}`, becomes a number, or null where it is none.
 */
export function compileStructure(structure: unknown): StructureTemplate {
  const render = compileValue(structure);
  return (document, mail) => render({ ...alertValues(document), meant: urlsMeant(document) }, document, mail);
}

/** Of a field of URLs, those that were found; undefined where they stand in it just so. */
function urlsMeant({ urls }: AlertDocument): Filled['meant'] {
  const asFound = urlsAsFound(urls);
  if (asFound.size === 0) return undefined;
  return (field, piece) => (holdsUrls(field) ? asFound.get(piece) : undefined) ?? [piece];
}

function compileValue(value: unknown): Render {
  if (typeof value === 'string') return compileText(value);
  if (Array.isArray(value)) {
    const renders = value.map(compileValue);
    return (filled, document, mail) => renders.map((render) => render(filled, document, mail));
  }
  if (!isRecord(value)) return () => value;
  const renders = Object.entries(value).map(([key, inner]) => [key, compileValue(inner)] as const);
  return (filled, document, mail) =>
    Object.fromEntries(renders.map(([key, render]) => [key, render(filled, document, mail)]));
}

function compileText(source: string): Render {
  const whole = wholes.get(source);
  if (whole !== undefined) return (_filled, document, mail) => whole(document, mail);
  const number = numeric.exec(source)?.[1];
  const template = compileAlertTemplate(number === undefined ? source : `${number}}`);
  if (number !== undefined) return (filled) => numberOf(template.renderAnyway(filled));
  return template.isList ? (filled) => template.renderAll(filled) : (filled) => template.renderAnyway(filled);
}

function numberOf(text: string): number | null {
  const number = Number(text);
  return text.trim() === '' || !Number.isFinite(number) ? null : number;
}

/** What is wrong in the templates of a structure, each with its place below `path`. */
export function structureMistakes(
  value: unknown,
  path: TemplatePath,
  ownFields: readonly string[],
): readonly TemplateMistake[] {
  if (typeof value === 'string') {
    if (wholes.has(value)) return [];
    return alertTemplateMistakes(value.replace(numeric, '$1}'), path, ownFields);
  }
  if (Array.isArray(value))
    return value.flatMap((inner, index) => structureMistakes(inner, [...path, index], ownFields));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => structureMistakes(inner, [...path, key], ownFields));
}
