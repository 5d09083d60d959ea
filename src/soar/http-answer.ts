import { LurewatchError } from '../errors/lurewatch-error.js';
import type { Warning } from '../errors/warning.js';
import type { HttpClient, HttpRequest, HttpResponse } from '../http/client.js';
import { HttpFailure } from '../http/failure.js';
import { retryAfterMs } from '../http/retry-after.js';
import { excerpt } from './printable.js';

/**
 * Sends a request to a target.
 * @throws LurewatchError where no answer came. The reason of the request's own signal passes as it is: a cancelled
 * activity is no failure of the target, and what became of the request is then found out under its open claim.
 */
export async function ask(client: HttpClient, request: HttpRequest, where: string): Promise<HttpResponse> {
  try {
    return await client.request(request);
  } catch (error) {
    throw error instanceof HttpFailure ? error.toLurewatch('LW_TARGET', where) : error;
  }
}

/** What a target made of a request that reached it. */
export type Verdict = { readonly kind: 'accepted' } | { readonly kind: 'rejected'; readonly reason: string };

export interface JudgeOptions {
  /** Secrets that an answer might echo. */
  readonly hide?: readonly string[];
  /** What to do about 401 and 403, where that is more precise than the catalogue. */
  readonly mendAuth?: string;
}

/**
 * What an answer's status means for every target. One that knows better about a status looks before it calls this.
 *
 * | status | meaning |
 * |---|---|
 * | 2xx | accepted |
 * | 401, 403, 407 | LW_TARGET_AUTH |
 * | 3xx, 404, 405, 410 | LW_TARGET_REFUSES: a redirect is never followed, so the address is wrong |
 * | 429, 425 | LW_TARGET_UNAVAILABLE: certainly not carried out; Retry-After is obeyed |
 * | 408, 5xx | LW_TARGET_AMBIGUOUS: a gateway answers so also after passing the request on; Retry-After is obeyed |
 * | other 4xx | rejected, with what the target says |
 */
export function judge(response: HttpResponse, where: string, options: JudgeOptions = {}): Verdict {
  const { status } = response;
  const waitMs = retryAfterMs(response.headers['retry-after']);
  const said = excerpt(response.body, options.hide);
  const what = `the target answered ${status}${said === '' ? '' : ` (${said})`}`;
  if (status >= 200 && status <= 299) return { kind: 'accepted' };
  // The body is left out: it is where a refused key would be echoed.
  if (status === 401 || status === 403 || status === 407) {
    throw new LurewatchError('LW_TARGET_AUTH', `the target answered ${status}`, { where, mend: options.mendAuth });
  }
  if (status >= 300 && status <= 399) {
    const to = redirectedTo(response.headers.location, options.hide);
    const mend = 'Configure the address it is meant to have; redirects are never followed.';
    throw new LurewatchError('LW_TARGET_REFUSES', `the target answered ${status}, a redirect${to}`, { where, mend });
  }
  if (status === 404 || status === 405) {
    const mend = 'Mend its address; the mails stay unread and go on at the next poll.';
    throw new LurewatchError('LW_TARGET_REFUSES', what, { where, mend });
  }
  if (status === 410) {
    const mend = 'It asks for no more alerts: take it out of the configuration, or enable the endpoint over there.';
    throw new LurewatchError('LW_TARGET_REFUSES', what, { where, mend });
  }
  if (status === 429 || status === 425) {
    throw new LurewatchError('LW_TARGET_UNAVAILABLE', what, { where, retryAfterMs: waitMs });
  }
  if (status === 408 || status >= 500) {
    throw new LurewatchError('LW_TARGET_AMBIGUOUS', what, { where, retryAfterMs: waitMs });
  }
  return { kind: 'rejected', reason: what };
}

/**
 * Of a 2xx whose body did not come whole (`unfinished: 'take'`): the alert is there, as status and headers have said, and
 * a repeat for the sake of its case id could make a second case. Undefined for any other answer, and for a page of HTML:
 * no API answers so, and what stands in its place does.
 */
export function withoutCaseId({ status, headers, body, cut }: HttpResponse): Warning | undefined {
  if (cut === undefined || status < 200 || status > 299) return undefined;
  if (/html/i.test(headers['content-type'] ?? '') || /^\s*</.test(body)) return undefined;
  const reason = `the target answered ${status}, and its case id is not known: the answer did not come whole (${cut})`;
  return { code: 'LW_WARN_CASE_ID', reason };
}

/** Origin and path only: what follows may be a token. */
function redirectedTo(location: string | undefined, hide: readonly string[] | undefined): string {
  if (location === undefined) return '';
  return ` to ${excerpt(location.replace(/[?#].*$/s, ''), hide)}`;
}
