import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { z } from 'zod';
import type { Secret } from '../config/secret.js';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { jsonOf } from '../text/json-of.js';

const keySchema = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(1),
  client_id: z.string().optional(),
  private_key: z.string().min(1),
  private_key_id: z.string().optional(),
  token_uri: z.url({ protocol: /^https?$/ }).default('https://oauth2.googleapis.com/token'),
});

export interface ServiceAccountKey {
  readonly email: string;
  /** The number by which the Admin console knows the account (domain-wide delegation). */
  readonly clientId: string | undefined;
  readonly keyId: string | undefined;
  readonly privateKey: KeyObject;
  /** Where it is exchanged for tokens. Not verified yet: it may be http://. */
  readonly tokenUri: string;
}

export interface Claims {
  readonly scope: string;
  readonly audience: string;
  /** The user on whose behalf the account acts, where its domain delegates that to it. */
  readonly subject?: string | undefined;
}

/**
 * @param place where the key stands in the configuration
 * @throws LW_CONFIG_INVALID where it is none, without showing it
 */
export function parseServiceAccountKey(secret: Secret, place: string): ServiceAccountKey {
  const parsed = keySchema.safeParse(jsonOf(secret.reveal()));
  const mend = 'Set it to the whole JSON file of a service account key, as Google Cloud gives it.';
  if (!parsed.success) {
    // Paths only: values of a key never stand in a message.
    const missing = parsed.error.issues.map(({ path }) => path.join('.') || 'JSON').join(', ');
    throw new LurewatchError('LW_CONFIG_INVALID', `this is no service account key (${missing})`, {
      where: place,
      mend,
    });
  }
  const { client_email, client_id, private_key, private_key_id, token_uri } = parsed.data;
  try {
    const privateKey = createPrivateKey(private_key);
    if (privateKey.asymmetricKeyType !== 'rsa') throw new TypeError('not an RSA key');
    return { email: client_email, clientId: client_id, keyId: private_key_id, privateKey, tokenUri: token_uri };
  } catch {
    // No cause: it might quote the key.
    const what = 'private_key of the service account key is no RSA key in PEM form';
    throw new LurewatchError('LW_CONFIG_INVALID', what, { where: place, mend });
  }
}

/** The assertion that is exchanged for a token (JWT bearer grant, RFC 7523 §2.1), good for an hour. */
export function signAssertion(key: ServiceAccountKey, claims: Claims, nowSeconds: number): string {
  const header = { alg: 'RS256', typ: 'JWT', ...(key.keyId === undefined ? {} : { kid: key.keyId }) };
  const body = {
    iss: key.email,
    ...(claims.subject === undefined ? {} : { sub: claims.subject }),
    scope: claims.scope,
    aud: claims.audience,
    iat: nowSeconds,
    exp: nowSeconds + 3600,
  };
  const signed = [header, body].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key.privateKey).toString('base64url')}`;
}
