import { z } from 'zod';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { HttpResponse } from '../../http/client.js';
import { jsonOf } from '../../text/json-of.js';
import { type JudgeOptions, judge, type Verdict } from '../http-answer.js';
import { excerpt } from '../printable.js';

const containerId = z.union([z.int(), z.string().regex(/^\d+$/)]).transform(String);

const createdSchema = z.object({ success: z.literal(true), id: containerId });
const duplicateSchema = z.object({ failed: z.literal(true), existing_container_id: containerId });
const failedSchema = z.object({ failed: z.literal(true), message: z.string().optional() });
const listSchema = z.object({ data: z.array(z.object({ id: containerId, source_data_identifier: z.string() })) });

export type Created = { readonly kind: 'created'; readonly id: string } | Extract<Verdict, { kind: 'rejected' }>;

/**
 * What became of a container. A duplicate is told with any status, and `failed` may come with 200 too, so the body
 * decides before the status does.
 * @throws what `judge` throws; LW_TARGET_ANSWER for a 2xx that says neither
 */
export function createdContainer(response: HttpResponse, where: string, judging: JudgeOptions): Created {
  const refusal = response.status < 500 && ![401, 403, 407].includes(response.status);
  const body = refusal ? jsonOf(response.body) : undefined;
  const duplicate = duplicateSchema.safeParse(body);
  if (duplicate.success) return { kind: 'created', id: duplicate.data.existing_container_id };
  const verdict = judge(response, where, judging);
  if (verdict.kind === 'rejected') return verdict;
  const failed = failedSchema.safeParse(body);
  if (failed.success) {
    const said = excerpt(failed.data.message ?? '', judging.hide);
    return { kind: 'rejected', reason: `the target answered ${response.status}, but failed (${said})` };
  }
  const created = createdSchema.safeParse(body);
  if (created.success) return { kind: 'created', id: created.data.id };
  const what = `a new container was answered with no id (${excerpt(response.body, judging.hide)})`;
  throw new LurewatchError('LW_TARGET_ANSWER', what, { where });
}

/** The container with exactly this identifier; undefined where there certainly is none. */
export function foundContainer(
  response: HttpResponse,
  alertId: string,
  where: string,
  judging: JudgeOptions,
): string | undefined {
  const verdict = judge(response, where, judging);
  if (verdict.kind === 'rejected') {
    throw new LurewatchError('LW_TARGET_REFUSES', `a look-up was rejected: ${verdict.reason}`, { where });
  }
  const list = listSchema.safeParse(jsonOf(response.body));
  if (!list.success) {
    const what = `a look-up was answered with no list of containers (${excerpt(response.body, judging.hide)})`;
    throw new LurewatchError('LW_TARGET_ANSWER', what, { where });
  }
  return list.data.data.find(({ source_data_identifier: identifier }) => identifier === alertId)?.id;
}
