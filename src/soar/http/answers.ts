import { z } from 'zod';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { Warning } from '../../errors/warning.js';
import type { HttpResponse } from '../../http/client.js';
import { retryAfterMs } from '../../http/retry-after.js';
import { jsonOf } from '../../text/json-of.js';
import { type JudgeOptions, judge, withoutCaseId } from '../http-answer.js';
import { excerpt } from '../printable.js';
import { idAtPath } from './answer-path.js';
import type { HttpTargetConfig } from './config.js';

/** `said`: what the target answered, for messages. */
export interface Duplicate {
  readonly kind: 'duplicate';
  readonly reference: string;
  readonly said: string;
}

export type Outcome =
  | Duplicate
  | { readonly kind: 'created'; readonly reference: string; readonly warnings?: readonly Warning[] }
  | { readonly kind: 'rejected'; readonly reason: string };

/** Which statuses mean what, and where the case id stands. */
export type AnswerRules = Pick<HttpTargetConfig, 'duplicate' | 'retry' | 'reject' | 'id' | 'repeats' | 'lookup'>;

/**
 * What an answer means: by the statuses of the configuration first, by those that mean the same everywhere after
 * (`judge`).
 * A 2xx without the case id that the configuration expects may be anybody's, so it is tried again, where a repeat makes no
 * second case. Where it would make one each time, JSON is believed to be the target's own, and `id` to be wrong. One whose
 * body did not come whole is delivered without its case id.
 * @throws what `judge` throws; LW_TARGET_ANSWER for such a 2xx
 */
export function outcomeOf(response: HttpResponse, rules: AnswerRules, where: string, judging: JudgeOptions): Outcome {
  const { status } = response;
  const said = excerpt(response.body, judging.hide);
  const what = `the target answered ${status}${said === '' ? '' : ` (${said})`}`;
  if (rules.duplicate.includes(status)) {
    return { kind: 'duplicate', reference: referenceOf(response, rules.id, judging.hide) ?? '', said: what };
  }
  if (rules.reject.includes(status)) return { kind: 'rejected', reason: what };
  if (rules.retry.includes(status)) {
    // A 4xx is an answer of who refused; whoever answers 5xx may have passed the request on before.
    const code = status >= 400 && status <= 499 ? 'LW_TARGET_UNAVAILABLE' : 'LW_TARGET_AMBIGUOUS';
    throw new LurewatchError(code, what, { where, retryAfterMs: retryAfterMs(response.headers['retry-after']) });
  }
  const verdict = judge(response, where, judging);
  if (verdict.kind === 'rejected') return verdict;
  const reference = referenceOf(response, rules.id, judging.hide);
  if (reference !== undefined) return { kind: 'created', reference };
  const unread = withoutCaseId(response);
  if (unread !== undefined) return { kind: 'created', reference: '', warnings: [unread] };
  const reason = `${what}, and nothing at \`${rules.id}\` in it`;
  if (rules.repeats === 'none' && rules.lookup === undefined && jsonOf(response.body) !== undefined) {
    return { kind: 'created', reference: '', warnings: [{ code: 'LW_WARN_CASE_ID', reason }] };
  }
  throw new LurewatchError('LW_TARGET_ANSWER', reason, { where });
}

const identified = z.object({ id: z.union([z.string(), z.number()]) });

/** The case id; without a place for it, `Location` or the `id` of a JSON answer, or ''. */
function referenceOf(
  response: HttpResponse,
  path: string | undefined,
  hide: readonly string[] | undefined,
): string | undefined {
  const json = jsonOf(response.body);
  if (path !== undefined) {
    const id = idAtPath(json, path);
    return id === undefined ? undefined : excerpt(id, hide);
  }
  const { location } = response.headers;
  if (location !== undefined) return excerpt(location, hide);
  const parsed = identified.safeParse(json);
  return parsed.success ? excerpt(String(parsed.data.id), hide) : '';
}
