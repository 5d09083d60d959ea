import { isLurewatchError } from '../errors/lurewatch-error.js';
import type { Warning } from '../errors/warning.js';
import { withoutOriginal } from './original.js';

/** What is sent of an alert, perhaps with the mail itself. */
export interface WithMail<Body> {
  readonly body: Body;
  /** What a person should know of what is not in it. */
  readonly warnings: readonly Warning[];
  /** Only where the mail is in it: the same without. */
  readonly withoutMail?: () => Omit<WithMail<Body>, 'withoutMail'>;
}

export interface Rejected {
  readonly kind: 'rejected';
  readonly reason: string;
}

export interface SentWithMail<Answer> {
  readonly answer: Answer | Rejected;
  readonly warnings: readonly Warning[];
}

/**
 * Sends an alert with its mail, and where the target rejects that (413, mostly, but few say so plainly), once more
 * without: an alert without its mail is better than none, and one that is rejected by itself is still rejected then.
 * Refused key and address count too: what looks for malware in front of a target answers 403, or redirects to a page of
 * its own, and means the mail. Where they are wrong, the second request is refused alike.
 *
 * Two requests, one after the other: the `inFlightMs` of the target has to hold both.
 */
export async function sendWithMail<Body, Answer extends { readonly kind: string }>(
  { body, warnings, withoutMail }: WithMail<Body>,
  send: (body: Body) => Promise<Answer | Rejected>,
): Promise<SentWithMail<Answer>> {
  if (withoutMail === undefined) return { answer: await send(body), warnings };
  const answer = await send(body).catch(refusal);
  if (!isRejected(answer)) return { answer, warnings };
  const less = withoutMail();
  const second = await send(less.body);
  return { answer: second, warnings: [...less.warnings, withoutOriginal(answer.reason)] };
}

/** Of a request that was refused as a whole, and so not carried out. */
function refusal(error: unknown): Rejected {
  if (!isLurewatchError(error, 'LW_TARGET_AUTH', 'LW_TARGET_REFUSES')) throw error;
  return { kind: 'rejected', reason: error.what };
}

function isRejected(answer: { readonly kind: string } | Rejected): answer is Rejected {
  return answer.kind === 'rejected';
}
