import { didYouMean, nearest } from '../config/nearest.js';
import { alertFieldNames, isHeaderField, shownFieldNames } from './alert-names.js';
import { type Carrier, compileTemplate, type Template, type TemplateCheck, type TemplatePath } from './template.js';

/** What is wrong in a template, and where in what it is part of. */
export interface TemplateMistake {
  readonly path: TemplatePath;
  /** Goes on after the name of its place, without a full stop. */
  readonly reason: string;
}

/**
 * A template over the fields of an alert and of its first event: `[Phish] {Subject|first:80} from {SourceUserName}`.
 *
 *     const template = compileAlertTemplate('[Phish] {Subject|first:80}');
 *     template.renderAnyway({ fields: event })      // a field that the alert has not got is empty
 *
 * `carrier`: of the place that the text stands in, where that is a URL or a header (carriers.ts).
 * Mistakes in it are found by `alertTemplateMistakes`, when the configuration is loaded; here they are passed over.
 */
export function compileAlertTemplate(source: string, carrier?: Carrier): Template {
  return compileTemplate(source, [], noNulls, silent, carrier);
}

/**
 * What is wrong in a template: unbalanced braces, unknown filters, and names that no alert has, with the nearest right one.
 * @param ownFields names that the configuration adds to events
 */
export function alertTemplateMistakes(
  source: string,
  path: TemplatePath = [],
  ownFields: readonly string[] = [],
): readonly TemplateMistake[] {
  const mistakes: TemplateMistake[] = [];
  compileTemplate(source, path, noNulls, {
    noun: 'field',
    mistake: (place, reason) => mistakes.push({ path: place, reason }),
    column: (place, name) => {
      const reason = unknownField(name, ownFields);
      if (reason !== undefined) mistakes.push({ path: place, reason });
    },
  });
  return mistakes;
}

function unknownField(name: string, ownFields: readonly string[]): string | undefined {
  const known = [...alertFieldNames, ...ownFields];
  if (known.includes(name) || isHeaderField(name)) return undefined;
  const meant = nearest(name, known);
  const those =
    meant === undefined ? `; there are ${[...shownFieldNames, ...ownFields].join(', ')}` : didYouMean(meant);
  return `an alert has no field \`${name}\`${those}`;
}

const noNulls: ReadonlySet<string> = new Set();
const silent: TemplateCheck = { noun: 'field', mistake: () => undefined, column: () => undefined };
