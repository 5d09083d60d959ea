import { hash } from 'node:crypto';
import type { WarningCode } from '../../errors/catalogue.js';
import { quoted, valueRulesVersion } from '../../misp/check-value.js';
import { isEventDate, isStoredDate, longestDate, normaliseDate } from '../../misp/check-value-dates.js';
import type { MispEventConfig } from '../../misp/config.js';
import type { MispEvent } from '../../misp/types.js';
import { cleanText, cutText, longestValueBytes } from '../../misp/values.js';
import type { FeedEvent, Row, RowWarning } from '../types.js';
import { attributesOf } from './as-is-attributes.js';
import { objectsOf } from './as-is-objects.js';
import { tagsOf, validUuid } from './as-is-parts.js';
import { type SourceEvent, sourceEventSchema } from './as-is-schema.js';
import type { BuiltEvent, CompiledMapping } from './compile.js';
import { isRejection, type RejectedByRule, type Rejection, reject } from './row-result.js';

/** Counts up whenever the rules here or beside change what comes out of the same event. */
const asIsRulesVersion = 1;

type Constants = Pick<MispEvent, 'distribution' | 'sharing_group_id' | 'published'>;

/**
 * MISP events imported as they are, with their own UUIDs (rows of the format `misp`). Whom an event goes to is for our
 * configuration to say: distribution and sharing group of its source, and whether it was published there, mean nothing.
 */
export function compileAsIs(feed: string, misp: MispEventConfig): CompiledMapping {
  const { distribution, sharingGroup, threatLevel, analysis } = misp;
  const constants: Constants = {
    distribution: String(distribution),
    ...(distribution === 4 && sharingGroup !== undefined ? { sharing_group_id: String(sharingGroup) } : {}),
    published: false,
  };
  const rules = [asIsRulesVersion, valueRulesVersion, feed, constants, threatLevel, analysis];
  return {
    needs: [],
    hash: hash('sha256', JSON.stringify(['as is', ...rules])),
    configured: false,
    keyOf: (row) => {
      const uuid = textField(row, 'uuid');
      const reason =
        uuid === '' ? 'is missing, and it tells events apart' : `${quoted(uuid)} is no UUID that MISP takes`;
      return validUuid(uuid) ?? reject(row, 'LW_ROW_VALUE', 'uuid', reason);
    },
    uuidOf: (key) => key,
    buildEvent: (key, rows) => buildEvent(key, rows, constants, misp),
  };
}

/** Where an event stands in the feed several times, the newest counts. */
function buildEvent(key: string, rows: readonly Row[], constants: Constants, misp: MispEventConfig): BuiltEvent {
  const newestFirst = rows.toReversed().sort((one, other) => timestampOf(other) - timestampOf(one));
  const rejected: RejectedByRule[] = [];
  for (const [index, row] of newestFirst.entries()) {
    const read = readEvent(key, row, constants, misp);
    if (isRejection(read)) {
      rejected.push(reject(row, read.code, read.rule, read.reason));
      continue;
    }
    const older = newestFirst.slice(index + 1);
    const others = older.filter((other) => other.fields.event !== row.fields.event);
    const warnings = others.map(
      ({ file, row: number }): RowWarning => ({
        file,
        row: number,
        code: 'LW_WARN_REPEATED',
        reason: `left out: the feed has this event again, as ${row.file}, row ${row.row}`,
      }),
    );
    const places = [row, ...older].map(({ file, row: number }) => ({ file, row: number }));
    return { event: { key, ...read, rows: places, warnings: [...read.warnings, ...warnings] }, rejected };
  }
  return { rejected };
}

function readEvent(
  uuid: string,
  row: Row,
  constants: Constants,
  misp: MispEventConfig,
): Pick<FeedEvent, 'event' | 'warnings'> | Rejection {
  const source = sourceEventSchema.parse(JSON.parse(textField(row, 'event')));
  const info = cutText(cleanText(source.info), longestValueBytes).value;
  if (info === '') return { code: 'LW_ROW_VALUE', rule: 'info', reason: 'is empty, and an event needs it' };
  const date = readDay(source.date);
  if (date === undefined) return { code: 'LW_ROW_DATE', rule: 'date', reason: `${quoted(source.date)} is no date` };

  const warnings: RowWarning[] = [];
  const warn = (code: WarningCode, reason: string) => warnings.push({ file: row.file, row: row.row, code, reason });
  const context = { event: uuid, taken: new Set<string>(), warn };
  const objects = objectsOf(source.Object, context);
  const event: MispEvent = {
    uuid,
    info,
    date,
    threat_level_id: oneOf(source, 'threat_level_id', /^[1-4]$/, misp.threatLevel, warn),
    analysis: oneOf(source, 'analysis', /^[0-2]$/, misp.analysis, warn),
    ...constants,
    Tag: tagsOf(source, 'Tag', warn),
    Attribute: attributesOf(source.Attribute, context),
    ...(objects.length === 0 ? {} : { Object: objects }),
  };
  if (source.EventReport.length > 0) {
    warn('LW_WARN_NOT_IMPORTED', 'EventReport: left out: reports are not imported');
  }
  if (source.extends_uuid !== '') {
    warn('LW_WARN_NOT_IMPORTED', `extends_uuid: left out: it extends ${quoted(source.extends_uuid)}`);
  }
  return { event, warnings };
}

/** Undefined where it is no day. */
function readDay(text: string): string | undefined {
  const trimmed = text.trim();
  if (isEventDate(trimmed)) return trimmed;
  const date = trimmed.length > longestDate ? '' : normaliseDate(trimmed);
  return isStoredDate(date) ? date.slice(0, 10) : undefined;
}

function oneOf(
  source: SourceEvent,
  name: 'threat_level_id' | 'analysis',
  allowed: RegExp,
  byDefault: number,
  warn: (code: WarningCode, reason: string) => void,
): string {
  const text = source[name].trim();
  if (allowed.test(text)) return text;
  if (text !== '') {
    warn('LW_WARN_FIELD', `${name}: ${byDefault} instead of ${quoted(text)}, which MISP does not know`);
  }
  return String(byDefault);
}

function timestampOf(row: Row): number {
  const seconds = Number(textField(row, 'timestamp'));
  return Number.isFinite(seconds) ? seconds : 0;
}

function textField({ fields }: Row, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
}
