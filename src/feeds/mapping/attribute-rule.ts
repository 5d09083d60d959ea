import type { Warning } from '../../errors/warning.js';
import { checkFormat, quoted } from '../../misp/check-value.js';
import { describeType, type TypeDefinition, typeMistake } from '../../misp/describe-types.js';
import { cleanText, cutText, longestValueBytes } from '../../misp/values.js';
import { compileTemplate, type Template } from '../../templates/template.js';
import type { Row } from '../types.js';
import { compileType, type TypeOf } from './attribute-type.js';
import { compileCondition } from './conditions.js';
import type { AttributeConfig, DatedConfig, DatesConfig } from './config.js';
import { compileDates, type DateReader } from './dates.js';
import { mappingExpression } from './expression.js';
import type { MappingCheck, MappingMistake } from './mistakes.js';
import type { AttributeDraft, Rejection } from './row-result.js';

/** Adds what a rule makes of a row to `drafts`, and what it leaves out to `warnings`. A rejection is of the whole row. */
export type AttributeRule = (row: Row, drafts: AttributeDraft[], warnings: Warning[]) => Rejection | undefined;

/** What the parts of a mapping are compiled with. */
export interface RuleContext {
  readonly nulls: ReadonlySet<string>;
  readonly dates: DatesConfig;
  readonly check: MappingCheck;
}

type Path = MappingMistake['path'];

/** `correlateByDefault`: false where the template of an object disables it. `rule`: what messages call it. */
export function compileAttribute(
  config: AttributeConfig,
  path: Path,
  rule: string,
  context: RuleContext,
  correlateByDefault = true,
): AttributeRule {
  const { nulls, check } = context;
  const typeOf = compileType(config, path, context);
  const value = compileTemplate(config.value, [...path, 'value'], nulls, check);
  const comment =
    config.comment === undefined ? undefined : compileTemplate(config.comment, [...path, 'comment'], nulls, check);
  const unless = config.unless === undefined ? undefined : compileCondition(config.unless, [...path, 'unless'], check);
  const when = config.when === undefined ? undefined : compileCondition(config.when, [...path, 'when'], check);
  const split = compileSplit(config.split, [...path, 'split'], check);
  const date = compileDateValue(config, [...path, 'date'], rule, context);
  const seen = compileSeen(config, path, rule, context);
  const applies = (row: Row, text: string) => !(unless?.(row, text) ?? false) && (when?.(row, text) ?? true);
  const make = (row: Row, text: string, type: KnownType, warnings: Warning[]): AttributeDraft | undefined => {
    const checked = checkFormat(type.name, text);
    if ('reason' in checked) {
      warnings.push({ code: checked.code, reason: `${rule}: left out, MISP would drop it: ${checked.reason}` });
      return undefined;
    }
    return {
      type: type.name,
      category: config.category ?? type.definition.defaultCategory,
      value: checked.value,
      comment: comment === undefined ? '' : cutText(cleanText(comment.renderAnyway(row)), longestValueBytes).value,
      toIds: config.toIds ?? type.definition.toIds,
      correlate: config.correlate ?? correlateByDefault,
      ...seen?.(row, warnings),
      joinComments: config.repeated === 'joinComments',
      rule,
    };
  };
  return (row, drafts, warnings) => {
    for (const text of split(value.renderAll(row))) {
      if (!applies(row, text)) continue;
      const type = knownType(typeOf, config.category, row, text);
      if (typeof type === 'string') {
        warnings.push({ code: 'LW_WARN_TYPE', reason: `${rule}: left out: ${type}` });
        continue;
      }
      const dated = date?.(type.value, warnings) ?? type.value;
      if (typeof dated === 'object') {
        if (dated.rejection === undefined) continue;
        return dated.rejection;
      }
      const draft = make(row, dated, type, warnings);
      if (draft !== undefined) drafts.push(draft);
    }
    return undefined;
  };
}

interface KnownType {
  readonly name: string;
  readonly value: string;
  readonly definition: TypeDefinition;
}

/** The type of a value; a text says why it has none. */
function knownType(typeOf: TypeOf, category: string | undefined, row: Row, value: string): KnownType | string {
  const found = typeOf(row, value);
  if ('reason' in found) return found.reason;
  const definition = describeType(found.type);
  if (definition !== undefined && (category === undefined || definition.categories.includes(category))) {
    return { name: found.type, value: found.value ?? value, definition };
  }
  return typeMistake(found.type, category) ?? `MISP has no type ${quoted(found.type)}`;
}

function compileSplit(
  config: AttributeConfig['split'],
  path: Path,
  check: MappingCheck,
): (texts: readonly string[]) => readonly string[] {
  if (config === undefined) return (texts) => texts;
  const expression =
    typeof config === 'string' ? undefined : mappingExpression(config.matches, [...path, 'matches'], check);
  const parts = (text: string): readonly string[] =>
    typeof config === 'string' ? text.split(config) : (expression?.split(text) ?? [text]);
  return (texts) => texts.flatMap(parts).filter((part) => part.trim() !== '');
}

/** A stored date; a rejection; or an empty answer where the attribute is left out. */
type DateValue = string | { readonly rejection: Rejection | undefined };

function compileDateValue(
  { date: config, value }: AttributeConfig,
  path: Path,
  rule: string,
  { dates, check }: RuleContext,
): ((text: string, warnings: Warning[]) => DateValue) | undefined {
  if (config === undefined || config === false) return undefined;
  const { optional = false, ...formats } = config === true ? {} : config;
  const reader = compileDates(formats, dates, path, check);
  return (text, warnings) => {
    const date = reader.read(text);
    if (date !== undefined) return date;
    const reason = noDate(value, text, reader);
    if (!optional) return { rejection: { code: 'LW_ROW_DATE', rule, reason } };
    warnings.push({ code: 'LW_WARN_DATE', reason: `${rule}: left out: ${reason}` });
    return { rejection: undefined };
  };
}

/** `template`: what names the column. */
export function noDate(template: string, text: string, reader: DateReader): string {
  return `${quoted(template)}: ${quoted(text)} is no date by ${reader.description}`;
}

type Seen = Pick<AttributeDraft, 'firstSeen' | 'lastSeen'>;

/** MISP drops an attribute for a bad date beside it, or a last date before the first: such a date is left out. */
function compileSeen(
  config: AttributeConfig,
  path: Path,
  rule: string,
  context: RuleContext,
): ((row: Row, warnings: Warning[]) => Seen) | undefined {
  const first = compileDated(config.firstSeen, [...path, 'firstSeen'], context);
  const last = compileDated(config.lastSeen, [...path, 'lastSeen'], context);
  if (first === undefined && last === undefined) return undefined;
  const read = (dated: Dated | undefined, name: string, row: Row, warnings: Warning[]): string | undefined => {
    const text = dated?.template.render(row);
    if (dated === undefined || text === undefined) return undefined;
    const date = dated.reader.read(text);
    if (date === undefined) {
      const reason = `${rule}: without ${name}: ${noDate(dated.template.source, text, dated.reader)}`;
      warnings.push({ code: 'LW_WARN_DATE', reason });
    }
    // As MISP answers it: with a colon in the offset.
    return date?.replace(/(\d\d)$/, ':$1');
  };
  return (row, warnings) => {
    const firstSeen = read(first, 'firstSeen', row, warnings);
    const lastSeen = read(last, 'lastSeen', row, warnings);
    const backwards = firstSeen !== undefined && lastSeen !== undefined && Date.parse(lastSeen) < Date.parse(firstSeen);
    if (backwards) {
      const reason = `${rule}: without lastSeen: ${lastSeen} is before ${firstSeen}`;
      warnings.push({ code: 'LW_WARN_DATE', reason });
    }
    return {
      ...(firstSeen === undefined ? {} : { firstSeen }),
      ...(lastSeen === undefined || backwards ? {} : { lastSeen }),
    };
  };
}

export interface Dated {
  readonly template: Template;
  readonly reader: DateReader;
}

/** A date in the configuration: a template, or one with its own formats. */
export function compileDated(config: DatedConfig, path: Path, context: RuleContext): Dated;
export function compileDated(config: DatedConfig | undefined, path: Path, context: RuleContext): Dated | undefined;
export function compileDated(config: DatedConfig | undefined, path: Path, context: RuleContext): Dated | undefined {
  if (config === undefined) return undefined;
  const { value, ...formats } = typeof config === 'string' ? { value: config } : config;
  return {
    template: compileTemplate(
      value,
      typeof config === 'string' ? path : [...path, 'value'],
      context.nulls,
      context.check,
    ),
    reader: compileDates(formats, context.dates, path, context.check),
  };
}
