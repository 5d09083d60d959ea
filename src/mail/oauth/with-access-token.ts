import { isLurewatchError } from '../../errors/lurewatch-error.js';
import type { AccessTokens } from './access-tokens.js';

/**
 * Logs in with an access token. One that was kept may have been revoked, or lack a right that was granted since: where
 * the server refuses it, a fresh one is tried, once.
 * @throws LW_MAIL_AUTH where a fresh token is refused
 */
export async function withAccessToken<Result>(
  tokens: AccessTokens,
  logIn: (token: string) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const first = await tokens.get(signal);
  try {
    return await logIn(first.value);
  } catch (error) {
    if (!isLurewatchError(error, 'LW_MAIL_AUTH')) throw error;
    tokens.forget(first.value);
    if (first.fresh) throw error;
  }
  const second = await tokens.get(signal);
  try {
    return await logIn(second.value);
  } catch (error) {
    if (isLurewatchError(error, 'LW_MAIL_AUTH')) tokens.forget(second.value);
    throw error;
  }
}
