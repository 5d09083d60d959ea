import { setTimeout as pause } from 'node:timers/promises';
import {
  type DeviceAuthorizationResponse,
  deviceAuthorizationRequest,
  deviceCodeGrantRequest,
  processDeviceAuthorizationResponse,
} from 'oauth4webapi';
import { isLurewatchError, LurewatchError } from '../../errors/lurewatch-error.js';
import { refusalOf, refused } from './errors.js';
import type { ShowLogin } from './login-step.js';
import { answered, requestOptions, tokenOf } from './token-request.js';
import type { Provider, ProviderHttp } from './types.js';

/** RFC 8628 §3.5 */
const usualIntervalSeconds = 5;
/** Nobody takes longer to enter a code, whatever the provider allows. */
const longestMs = 60 * 60_000;

/**
 * Gets a refresh token by device code (RFC 8628): asks for a code, shows it, and waits until somebody has entered it.
 * @throws LW_MAIL_GRANT where it is refused, or the code ends unused; LW_MAIL_PROVIDER; the reason of `signal`
 */
export async function deviceLogin(
  provider: Provider,
  http: ProviderHttp,
  show: ShowLogin,
  signal: AbortSignal,
): Promise<string> {
  const server = await provider.server(http, signal);
  const { where, name } = provider;
  if (server.device_authorization_endpoint === undefined) {
    throw new LurewatchError('LW_MAIL_GRANT', `${name} has no device authorization endpoint that is known`, {
      where,
      mend: 'Give `oauth.deviceEndpoint`, or get a refresh token another way and keep it where `oauth.refreshToken` points to.',
    });
  }
  const code = await requestCode(provider, http, signal);
  const endsAtMs = Date.now() + Math.min(code.expires_in * 1000, longestMs);
  show({
    verificationUri: code.verification_uri,
    userCode: code.user_code,
    expiresAt: new Date(endsAtMs),
  });
  let intervalMs = (code.interval ?? usualIntervalSeconds) * 1000;
  for (let leftMs = endsAtMs - Date.now(); leftMs > 0; leftMs = endsAtMs - Date.now()) {
    await pause(Math.min(intervalMs, leftMs), undefined, { signal }).catch(() => signal.throwIfAborted());
    const answer = await poll(provider, http, code.device_code, signal);
    if (answer === 'pending') continue;
    if (answer === 'slow down') {
      intervalMs += 5000;
      continue;
    }
    return answer.refreshToken;
  }
  throw new LurewatchError('LW_MAIL_GRANT', 'the code ended before anybody entered it', {
    where,
    mend: 'Start `lurewatch login` again.',
  });
}

async function requestCode(
  provider: Provider,
  http: ProviderHttp,
  signal: AbortSignal,
): Promise<DeviceAuthorizationResponse> {
  const { client, clientAuth, scope } = provider;
  const server = await provider.server(http, signal);
  const parameters = new URLSearchParams(scope === undefined ? {} : { scope });
  const request = deviceAuthorizationRequest(server, client, clientAuth, parameters, requestOptions(http, signal));
  const answer = await answered(provider, request);
  if (answer.status !== 200) throw refused(answer, provider);
  try {
    const { body, headers } = answer;
    return await processDeviceAuthorizationResponse(server, client, new Response(body, { headers }));
  } catch (error) {
    const why = error instanceof Error ? ` (${error.message})` : '';
    throw new LurewatchError('LW_MAIL_PROVIDER', `${provider.name} answered without a device code${why}`, {
      where: provider.where,
      mend: 'A login page or a proxy may have answered: check the address of the provider.',
    });
  }
}

type Polled = { readonly refreshToken: string } | 'pending' | 'slow down';

async function poll(provider: Provider, http: ProviderHttp, deviceCode: string, signal: AbortSignal): Promise<Polled> {
  const { client, clientAuth } = provider;
  const server = await provider.server(http, signal);
  try {
    const request = deviceCodeGrantRequest(server, client, clientAuth, deviceCode, requestOptions(http, signal));
    const answer = await answered(provider, request);
    const refusal = refusalOf(answer.body);
    if (refusal?.error === 'authorization_pending') return 'pending';
    if (refusal?.error === 'slow_down') return 'slow down';
    if (refusal?.error === 'access_denied' || refusal?.error === 'authorization_declined') {
      throw new LurewatchError('LW_MAIL_GRANT', 'whoever entered the code did not allow it', {
        where: provider.where,
        mend: 'Start `lurewatch login` again, and log in as the user of the mailbox.',
      });
    }
    const { refreshToken } = await tokenOf(answer, provider, server, [deviceCode]);
    if (refreshToken !== undefined) return { refreshToken };
  } catch (error) {
    // RFC 8628 §3.5: an outage in between is waited out, more slowly.
    if (isLurewatchError(error, 'LW_MAIL_PROVIDER')) return 'slow down';
    throw error;
  }
  throw new LurewatchError('LW_MAIL_GRANT', `${provider.name} gave no refresh token`, {
    where: provider.where,
    mend: 'Add `offline_access` (or what the provider calls it) to `oauth.scope`, and allow the client refresh tokens.',
  });
}
