import { createHash } from 'node:crypto';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { Warning } from '../../errors/warning.js';
import { valueRulesVersion } from '../../misp/check-value.js';
import type { MispEventConfig } from '../../misp/config.js';
import { feedEventUuid } from '../../misp/identity.js';
import type { FeedEvent, Row } from '../types.js';
import { assembleEvent, type MappedRow } from './assemble-event.js';
import { compileAttribute, type RuleContext } from './attribute-rule.js';
import type { MappingConfig } from './config.js';
import { compileDates } from './dates.js';
import { compileEvent, type EventRule } from './event-rule.js';
import { MappingCheck, type MappingMistake, pathText } from './mistakes.js';
import { compileObject, type ObjectDraft } from './object-rule.js';
import { compileKey, type RowKey } from './row-key.js';
import { type AttributeDraft, isRejection, type RejectedByRule, type Rejection, reject } from './row-result.js';

/** Counts up whenever the rules of the mapping change what comes out of the same configuration. */
const mappingRulesVersion = 1;

export interface MappingOptions {
  /** The columns of the feed, where they are known before its rows. */
  readonly columns?: readonly string[] | undefined;
  /** What an event is where the mapping is silent. */
  readonly misp: MispEventConfig;
  /** YYYY-MM-DD, for `date: today`; by default the day now, in UTC. */
  readonly today?: string | undefined;
}

/** What becomes of rows of one key: an event of the good ones, and the bad ones. */
export interface BuiltEvent {
  readonly event?: FeedEvent;
  readonly rejected: readonly RejectedByRule[];
}

/** A mapping ready for millions of rows. Its functions are pure: the same rows give the same event to the byte. */
export interface CompiledMapping {
  /** The columns that it reads. */
  readonly needs: readonly string[];
  /** SHA-256 (hex): changes when the mapping, or a rule of ours, changes what comes out. */
  readonly hash: string;
  /** A person wrote it: where no row becomes an event, it may be wrong, and not the rows. */
  readonly configured: boolean;
  readonly keyOf: RowKey;
  /** Of the event of this key, whatever its rows say. */
  readonly uuidOf: (key: string) => string;
  /** @param rows of this key, in the order of the feed */
  readonly buildEvent: (key: string, rows: readonly Row[]) => BuiltEvent;
}

/**
 * @param feed the name of the feed: with the key of a row it is the identity of an event
 * @throws LW_FEED_MAPPING naming every mistake
 */
export function compileMapping(feed: string, config: MappingConfig, options: MappingOptions): CompiledMapping {
  const { mapping, mistakes } = compile(feed, config, options);
  if (mapping !== undefined && mistakes.length === 0) return mapping;
  const what = mistakes.map(({ path, reason }) => `\`${pathText(path)}\` ${reason}`).join('; ');
  throw new LurewatchError('LW_FEED_MAPPING', what, { where: `feeds.${feed}` });
}

/** What is wrong in a mapping, for the check of the configuration. */
export function mappingMistakes(config: MappingConfig, options: MappingOptions): readonly MappingMistake[] {
  return compile('', config, options).mistakes;
}

function compile(
  feed: string,
  config: MappingConfig,
  { columns, misp, today = new Date().toISOString().slice(0, 10) }: MappingOptions,
): { readonly mapping: CompiledMapping | undefined; readonly mistakes: readonly MappingMistake[] } {
  const check = new MappingCheck(columns);
  const nulls = new Set(config.nulls?.map((word) => word.trim()));
  const context: RuleContext = { nulls, dates: config.dates ?? {}, check };
  if (config.dates !== undefined) compileDates(config.dates, {}, ['dates'], check);
  const attributes = config.attributes ?? [];
  const objects = config.objects ?? [];
  if (config.event === undefined) check.mistake(['event'], 'is missing: it says title and day of each event');
  if (attributes.length + objects.length === 0)
    check.mistake(['attributes'], 'is missing: an event needs attributes or objects');
  const rules: Rules = {
    attributes: attributes.map((attribute, index) => {
      const name = typeof attribute.type === 'string' ? attribute.type : `{${attribute.type.column}}`;
      return compileAttribute(attribute, ['attributes', index], `attributes[${index}] (${name})`, context);
    }),
    objects: objects.map((object, index) =>
      compileObject(object, ['objects', index], `objects[${index}] (${object.name})`, context),
    ),
  };
  const keyOf = compileKey(config.groupBy, context);
  const event = config.event === undefined ? undefined : compileEvent(config.event, misp, today, context);
  if (event === undefined) return { mapping: undefined, mistakes: check.mistakes };
  const dated = config.event?.date === 'today' ? today : '';
  const mapping: CompiledMapping = {
    needs: [...check.needs],
    hash: sha256(
      JSON.stringify([mappingRulesVersion, valueRulesVersion, feed, config, event.constants, misp.tlp, dated]),
    ),
    configured: true,
    keyOf,
    uuidOf: (key) => feedEventUuid(feed, key),
    buildEvent: (key, rows) => buildEvent(feedEventUuid(feed, key), key, rows, event, rules),
  };
  return { mapping, mistakes: check.mistakes };
}

interface Rules {
  readonly attributes: readonly ReturnType<typeof compileAttribute>[];
  readonly objects: readonly ReturnType<typeof compileObject>[];
}

function buildEvent(uuid: string, key: string, rows: readonly Row[], event: EventRule, rules: Rules): BuiltEvent {
  const rejected: RejectedByRule[] = [];
  const good: { readonly row: Row; readonly mapped: MappedRow }[] = [];
  for (const row of rows) {
    const mapped = mapRow(row, event, rules);
    if (isRejection(mapped)) rejected.push(reject(row, mapped.code, mapped.rule, mapped.reason));
    else good.push({ row, mapped });
  }
  const [first, ...others] = good.map(({ mapped }) => mapped);
  if (first === undefined) return { rejected };
  if (!good.some(({ mapped }) => mapped.attributes.length + mapped.objects.length > 0)) {
    return { rejected: [...rejected, ...good.map(({ row, mapped }) => withoutAttributes(row, mapped))] };
  }
  const assembled = assembleEvent(uuid, [first, ...others], event.constants);
  return { event: { key, ...assembled, rows: good.map(({ mapped }) => mapped.place) }, rejected };
}

function mapRow(row: Row, event: EventRule, rules: Rules): MappedRow | Rejection {
  const head = event.head(row);
  if (isRejection(head)) return head;
  const warnings: Warning[] = [];
  const attributes: AttributeDraft[] = [];
  const objects: ObjectDraft[] = [];
  for (const rule of rules.attributes) {
    const rejection = rule(row, attributes, warnings);
    if (rejection !== undefined) return rejection;
  }
  for (const rule of rules.objects) {
    const rejection = rule(row, objects, warnings);
    if (rejection !== undefined) return rejection;
  }
  const tags = event.tags(row, warnings);
  return { place: { file: row.file, row: row.row }, head, tags, attributes, objects, warnings };
}

function withoutAttributes(row: Row, { warnings }: MappedRow): RejectedByRule {
  const why = warnings.length === 0 ? '' : ` (${warnings.map(({ reason }) => reason).join('; ')})`;
  return reject(row, 'LW_ROW_VALUE', 'attributes', `none has a value, and an event needs one${why}`);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
