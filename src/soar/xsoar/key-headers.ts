import { createHash, randomBytes } from 'node:crypto';
import type { XsoarTargetConfig } from './config.js';

export type KeySettings = Pick<XsoarTargetConfig, 'keyId' | 'keyType'>;

/**
 * The headers that show the API key, made anew for each request. A key of security level Advanced does not travel itself:
 * its SHA-256 does, with 64 random characters and the time in milliseconds behind it, so that no request can be played
 * back (docs-cortex.paloaltonetworks.com, Cortex XSOAR API, "Make your first API call").
 */
export function keyHeaders(key: string, { keyId, keyType }: KeySettings): Readonly<Record<string, string>> {
  const id = keyId === undefined ? {} : { 'x-xdr-auth-id': keyId };
  if (keyType === 'standard') return { authorization: key, ...id };
  const nonce = randomBytes(32).toString('hex');
  const timestamp = String(Date.now());
  const authorization = createHash('sha256').update(`${key}${nonce}${timestamp}`).digest('hex');
  return { authorization, ...id, 'x-xdr-nonce': nonce, 'x-xdr-timestamp': timestamp };
}

/** What was answered, without the hash and the nonce that an answer may echo: with its time a hash is as good as the key. */
export function withoutHash(body: string, shown: ReturnType<typeof keyHeaders>): string {
  const { authorization, 'x-xdr-nonce': nonce } = shown;
  if (authorization === undefined || nonce === undefined) return body;
  return body.replaceAll(authorization, '[secret]').replaceAll(nonce, '[secret]');
}

/** What to do about a refused key. */
export function mendKey({ keyId, keyType }: KeySettings): string {
  if (keyId === undefined) return 'Mend `key`: an API key of an XSOAR 6. XSOAR 8 needs `keyId` as well.';
  const level = `Mend \`key\` and \`keyId\`: an API key of security level ${keyType === 'advanced' ? 'Advanced' : 'Standard'}`;
  const role = `${level} (\`keyType\`), with a role that may read and write incidents.`;
  return keyType === 'advanced' ? `${role} The clock of this machine has to be right.` : role;
}
