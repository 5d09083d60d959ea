import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { SecretRef } from '../../src/config/fields.js';
import { Secret } from '../../src/config/secret.js';
import type { ErrorCode } from '../../src/errors/catalogue.js';
import { isLurewatchError, type LurewatchError } from '../../src/errors/lurewatch-error.js';
import { oauthSchema } from '../../src/mail/oauth/config.js';
import { type OAuthLogin, openOAuth } from '../../src/mail/oauth/open-oauth.js';
import { oauthSetup } from '../../src/mail/oauth/setup.js';

/** How the mailbox `soc` of soc@example.com gets tokens with this configuration; secrets by their `env` names. */
export function openLogin(
  config: Readonly<Record<string, unknown>>,
  secrets: Readonly<Record<string, string>>,
  folder = '/nowhere',
): OAuthLogin {
  const read = (ref: SecretRef) => new Secret(secrets['env' in ref ? ref.env : ref.file] ?? assert.fail('unknown'));
  return openOAuth(oauthSchema.parse(config), oauthSetup('soc', 'soc@example.com', read), folder);
}

/** The error that `work` ends with; none of `secrets` may stand anywhere in it. */
export async function failureOf(
  work: Promise<unknown>,
  code: ErrorCode,
  secrets: readonly string[] = [],
): Promise<LurewatchError> {
  const error = await work.then(
    () => assert.fail('expected a failure'),
    (reason: unknown) => reason,
  );
  assert.ok(isLurewatchError(error, code), inspect(error));
  const everything = inspect(error, { depth: null, showHidden: true });
  for (const secret of secrets) assert.ok(!everything.includes(secret), everything);
  return error;
}
