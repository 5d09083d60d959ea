import { createHmac } from 'node:crypto';
import type { Secret } from '../../config/secret.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';

/** Standard Webhooks: the names of its three headers, and the signature over `{id}.{timestamp}.{body}`. */
export type SignedHeaders = Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>>;

export type Signer = (id: string, sentAt: Date, body: string) => SignedHeaders;

const shortestBytes = 24;
const longestBytes = 64;

/** @throws LW_CONFIG_INVALID, without the secret in it */
export function signerFor(secret: Secret, place: string): Signer {
  const text = secret.reveal().trim();
  const encoded = /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/.exec(text)?.[1];
  const key = Buffer.from(encoded ?? '', 'base64');
  if (key.length < shortestBytes || key.length > longestBytes) {
    throw new LurewatchError(
      'LW_CONFIG_INVALID',
      `the signing secret is not \`whsec_\` and base64 of ${shortestBytes} to ${longestBytes} bytes`,
      { where: place, mend: 'Set it to the secret as the receiver shows it (Standard Webhooks).' },
    );
  }
  return (id, sentAt, body) => {
    const timestamp = String(Math.floor(sentAt.getTime() / 1000));
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
  };
}
