import { z } from 'zod';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { HttpResponse } from '../../http/client.js';
import { jsonOf } from '../../text/json-of.js';
import { type JudgeOptions, judge } from '../http-answer.js';
import { excerpt } from '../printable.js';

/** What TheHive knows an alert by. */
export interface AlertKey {
  readonly type: string;
  readonly source: string;
  readonly sourceRef: string;
}

/** Of `POST /api/v1/query`, which TheHive 4 has as well. */
export function alertQuery({ type, source, sourceRef }: AlertKey): string {
  const is = (field: string, value: string) => ({ _field: field, _value: value });
  const filter = { _name: 'filter', _and: [is('sourceRef', sourceRef), is('type', type), is('source', source)] };
  return JSON.stringify({ query: [{ _name: 'listAlert' }, filter, { _name: 'page', from: 0, to: 10 }] });
}

const found = z.array(
  z.object({ _id: z.string().min(1), type: z.string(), source: z.string(), sourceRef: z.string() }),
);

/** The `_id` of the alert with exactly this key, whatever else a search may find; undefined where it shows none. */
export function foundAlert(
  response: HttpResponse,
  key: AlertKey,
  where: string,
  judging: JudgeOptions,
): string | undefined {
  const verdict = judge(response, where, judging);
  if (verdict.kind === 'rejected') {
    throw new LurewatchError('LW_TARGET_REFUSES', `the look-up was rejected: ${verdict.reason}`, { where });
  }
  const parsed = found.safeParse(jsonOf(response.body));
  if (!parsed.success) {
    const said = excerpt(response.body, judging.hide);
    throw new LurewatchError('LW_TARGET_ANSWER', `the look-up was answered with no list of alerts (${said})`, {
      where,
    });
  }
  const alert = parsed.data.find(
    ({ type, source, sourceRef }) => sourceRef === key.sourceRef && type === key.type && source === key.source,
  );
  return alert === undefined ? undefined : excerpt(alert._id);
}
