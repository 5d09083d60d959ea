import type { AlertDocument } from '../../alerts/types.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { HttpResponse } from '../../http/client.js';
import { compileAlertTemplate } from '../../templates/alert-template.js';
import { alertValues } from '../../templates/alert-values.js';
import { jsonOf } from '../../text/json-of.js';
import { type JudgeOptions, judge } from '../http-answer.js';
import { excerpt } from '../printable.js';
import { idAtPath, valueAtPath } from './answer-path.js';
import type { HttpLookupConfig } from './config.js';

/** Reads the answer to a look-up: the case id of this alert, or undefined where there certainly is none. */
export type LookUpReader = (response: HttpResponse, document: AlertDocument) => string | undefined;

/**
 * "None" has to be said: by one of the statuses `absent`, or by a list without this alert. Whatever else is no answer,
 * lest a login page or an error told with 200 makes a second case, or the record of another alert stands for this one.
 */
export function lookUpReader(config: HttpLookupConfig, where: string, judging: JudgeOptions): LookUpReader {
  const { list, id, absent } = config;
  const match = Object.entries(config.match ?? {}).map(
    ([path, template]) => [path, compileAlertTemplate(template)] as const,
  );

  return (response, document) => {
    if (absent.includes(response.status)) return undefined;
    const verdict = judge(response, where, judging);
    if (verdict.kind === 'rejected') {
      throw new LurewatchError('LW_TARGET_REFUSES', `a look-up was rejected: ${verdict.reason}`, { where });
    }
    const json = jsonOf(response.body);
    const filled = alertValues(document);
    const isThisOne = (record: unknown): boolean =>
      match.every(([place, template]) => holds(valueAtPath(record, place), template.renderAnyway(filled)));
    const record = list === undefined ? json : recordIn(response, valueAtPath(json, list), isThisOne);
    if (list !== undefined && record === undefined) return undefined;
    const found = idAtPath(record, id);
    if (found === undefined) throw noAnswer(response, `nothing at \`${id}\``);
    if (list === undefined && !isThisOne(record)) throw noAnswer(response, 'not what `match` says');
    return excerpt(found, judging.hide);
  };

  function recordIn(response: HttpResponse, records: unknown, isThisOne: (record: unknown) => boolean): unknown {
    if (!Array.isArray(records)) throw noAnswer(response, `no list at \`${list}\``);
    return records.find(isThisOne);
  }

  function noAnswer(response: HttpResponse, reason: string): LurewatchError {
    const said = excerpt(response.body, judging.hide);
    return new LurewatchError('LW_TARGET_ANSWER', `a look-up was answered with ${reason} in it (${said})`, { where });
  }
}

/** The text itself, or a list with it; of an empty text nothing is. */
function holds(value: unknown, text: string): boolean {
  if (text === '') return false;
  return Array.isArray(value)
    ? value.includes(text)
    : value === text || (typeof value === 'number' && String(value) === text);
}
