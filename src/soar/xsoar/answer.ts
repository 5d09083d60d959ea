import { z } from 'zod';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { HttpResponse } from '../../http/client.js';
import { jsonOf } from '../../text/json-of.js';
import { type JudgeOptions, judge, type Verdict } from '../http-answer.js';
import { excerpt } from '../printable.js';

/** An incident has a status as well, 0 to 3; an error's is that of HTTP. */
const errorBody = z.object({ status: z.int().min(400).max(599) });

/** As `judge`, and an error that comes with 200 is taken for what its body says. */
export function judgeAnswer(response: HttpResponse, where: string, judging: JudgeOptions): Verdict {
  const said = response.status === 200 ? errorBody.safeParse(jsonOf(response.body)) : undefined;
  return judge(said?.success === true ? { ...response, status: said.data.status } : response, where, judging);
}

export const incident = z.object({
  id: z.union([z.string().min(1), z.int()]).transform((id) => excerpt(String(id))),
  CustomFields: z.record(z.string(), z.unknown()).nullish(),
  rawJSON: z.string().nullish(),
  attachment: z
    .array(z.object({ name: z.string().optional() }))
    .nullish()
    .catch(undefined),
  investigationId: z.string().nullish().catch(undefined),
});
export type Incident = z.output<typeof incident>;

const failure = z.object({ error: z.string().min(1) });

/** What an answer says of its failure; undefined where it says none. */
export function failedAnswer(json: unknown): string | undefined {
  const parsed = failure.safeParse(json);
  return parsed.success ? parsed.data.error : undefined;
}

/** A search that finds nothing answers null, or no list at all beside its total of 0. */
const searched = z.union([
  z.object({ total: z.int().optional(), data: z.array(incident) }),
  z.object({ total: z.literal(0), data: z.null().optional() }).transform(({ total }) => ({ total, data: [] })),
]);
type Searched = { readonly total?: number | undefined; readonly data: readonly Incident[] };

/** @throws LW_TARGET_ANSWER */
export function incidentsOf({ body }: HttpResponse, where: string, hide: readonly string[]): Searched {
  const parsed = searched.safeParse(jsonOf(body));
  if (parsed.success) return parsed.data;
  const what = `the search was answered with no list of incidents (${excerpt(body, hide)})`;
  throw new LurewatchError('LW_TARGET_ANSWER', what, { where });
}

const raw = z.object({ display_id: z.string() });

type Shown = Pick<Incident, 'CustomFields' | 'rawJSON'>;

/** Whether it is that of our alert: by its field, or, where XSOAR dropped that, by the alert it was made from. */
export function isOf({ CustomFields, rawJSON }: Shown, alertId: string, idField: string): boolean {
  return CustomFields?.[idField] === alertId || alertIn(rawJSON) === alertId;
}

/** Whether it shows another alert. One that shows none may be ours: XSOAR tells little where it dropped the field. */
export function isOfAnother(incident: Shown, alertId: string, idField: string): boolean {
  const told = incident.CustomFields?.[idField];
  const shows = (typeof told === 'string' && told !== '') || alertIn(incident.rawJSON) !== undefined;
  return shows && !isOf(incident, alertId, idField);
}

function alertIn(rawJSON: string | null | undefined): string | undefined {
  const parsed = raw.safeParse(jsonOf(rawJSON ?? ''));
  return parsed.success ? parsed.data.display_id : undefined;
}
