import { browserLogin } from './browser-login.js';
import type { OAuthConfig } from './config.js';
import { deviceLogin } from './device-login.js';
import type { ShowLogin } from './login-step.js';
import type { Provider, ProviderHttp } from './types.js';

/**
 * Gets a refresh token from a person: by device code, which needs no browser here; of Google by a browser of this machine,
 * since its device codes are for a few scopes only, and not for that of mail
 * (https://developers.google.com/identity/protocols/oauth2/limited-input-device#allowedscopes).
 */
export function logIn(
  config: OAuthConfig,
  provider: Provider,
  http: ProviderHttp,
  username: string,
  show: ShowLogin,
  signal: AbortSignal,
): Promise<string> {
  if (config.provider === 'google') return browserLogin(provider, http, username, show, signal);
  return deviceLogin(provider, http, show, signal);
}
