import { z } from 'zod';
import { isLurewatchError, LurewatchError } from '../../errors/lurewatch-error.js';
import type { HttpFailure } from '../../http/failure.js';
import { retryAfterMs } from '../../http/retry-after.js';
import { excerpt } from '../../soar/printable.js';
import { jsonOf } from '../../text/json-of.js';
import { withoutSecrets } from './redact.js';
import type { Provider, Refusal } from './types.js';

const refusalSchema = z.object({ error: z.string().min(1), error_description: z.string().optional() });

/** An answer whose body has been read. */
export interface ProviderAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Of a refresh token that is none any more, or is that of another client (RFC 6749 §5.2; the second is Google's). */
const ofItsToken = new Set(['invalid_grant', 'unauthorized_client']);

type Facts = Pick<Provider, 'where' | 'name' | 'secrets' | 'advise' | 'mayTakeRefusedAgain'>;

/** No answer came. */
export function unreachable(failure: HttpFailure, { where, name }: Facts): LurewatchError {
  const what = `no token could be fetched from ${name} (${failure.message})`;
  if (!failure.tls) return new LurewatchError('LW_MAIL_PROVIDER', what, { where, cause: failure });
  const mend = 'Give the CA of the provider with `oauth.ca`, or mend its certificate.';
  return new LurewatchError('LW_MAIL_TLS', what, { where, mend, cause: failure });
}

/** Nothing was asked: its addresses are not such that a secret may be sent there. */
export function unaskable(error: Error, { where, name }: Facts): LurewatchError {
  return new LurewatchError('LW_MAIL_GRANT', `${name} cannot be asked for a token (${error.message})`, {
    where,
    mend: 'Mend its addresses (those that its issuer or the service account key names, too): https://, or set `oauth.insecure`.',
  });
}

/**
 * An answer that is no token. What the provider says of it goes into the message, since it is what an administrator
 * can look up; secrets that it might echo are taken out.
 */
export function refused(answer: ProviderAnswer, provider: Facts, sent: readonly string[] = []): LurewatchError {
  const { where, name } = provider;
  const { status, body, headers } = answer;
  const refusal = refusalOf(body);
  const said = refusal === undefined ? '' : `: ${shown(refusal, [...provider.secrets, ...sent])}`;
  const what = `${name} answered ${status}${said}`;
  const waitMs = retryAfterMs(headers.get('retry-after') ?? undefined);
  if (isPassing(status, refusal)) return new LurewatchError('LW_MAIL_PROVIDER', what, { where, retryAfterMs: waitMs });
  if (refusal === undefined && status < 400) {
    const mend = 'A login page or a proxy may have answered: check the address of the provider.';
    return new LurewatchError('LW_MAIL_PROVIDER', `${what}, which holds no token`, { where, mend });
  }
  const mend =
    refusal === undefined
      ? 'Mend the address of the provider in the configuration: no token endpoint answers like that.'
      : provider.advise(refusal);
  const forGood = refusal?.error === 'invalid_grant' && provider.mayTakeRefusedAgain !== true;
  const details = refusal !== undefined && ofItsToken.has(refusal.error) ? { refusedToken: true, forGood } : undefined;
  return new LurewatchError('LW_MAIL_GRANT', what, { where, mend, details });
}

/** Whether the refresh token itself was refused, rather than the client, its request or its address. */
export function refusesToken(error: unknown): boolean {
  return isLurewatchError(error, 'LW_MAIL_GRANT') && error.details?.refusedToken === true;
}

/** Whether it will be refused each time: it is used up, revoked or expired (RFC 6749 §5.2). */
export function refusesTokenForGood(error: unknown): error is LurewatchError {
  return refusesToken(error) && isLurewatchError(error) && error.details?.forGood === true;
}

/** An answer of success that is not one. */
export function noToken(cause: unknown, { where, name }: Facts): LurewatchError {
  // The library's error holds the answer, and with it perhaps a token.
  const why = cause instanceof Error ? ` (${cause.message})` : '';
  return new LurewatchError('LW_MAIL_PROVIDER', `${name} answered without a usable token${why}`, {
    where,
    mend: 'A login page or a proxy may have answered: check the address of the provider.',
  });
}

export function refusalOf(body: string): Refusal | undefined {
  const parsed = refusalSchema.safeParse(jsonOf(body));
  if (!parsed.success) return undefined;
  return { error: parsed.data.error, description: parsed.data.error_description ?? '' };
}

/** RFC 6749 §4.1.2.1 names the two codes; some providers also answer a token request with them. */
function isPassing(status: number, refusal: Refusal | undefined): boolean {
  if (status === 429 || status === 408 || status === 425 || status >= 500) return true;
  return refusal !== undefined && ['temporarily_unavailable', 'server_error', 'slow_down'].includes(refusal.error);
}

function shown({ error, description }: Refusal, secrets: readonly string[]): string {
  return excerpt(withoutSecrets(description === '' ? error : `${error}: ${description}`, secrets));
}
