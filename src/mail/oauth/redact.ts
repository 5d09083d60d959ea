import { z } from 'zod';
import { excerpt } from '../../soar/printable.js';

/** Long enough for any token; what is shorter is a word of the server. */
const base64 = /[A-Za-z0-9+/_-]{16,}={0,2}/g;

/** Assertions and access tokens in the form of a JWT (RFC 7519 §3). */
const jwt = /(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*/g;

/** A text without these secrets, as a request carries them: plain, in a form, or in a Basic header (RFC 6749 §2.3.1). */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const known = secrets.filter((secret) => secret !== '');
  const forms = known.flatMap((secret) => [secret, encodeURIComponent(secret), formOf(secret)]);
  const clean = forms.reduce((seen, form) => seen.replaceAll(form, '[secret]'), text).replace(jwt, '[secret]');
  return clean.replace(base64, (word) => {
    const decoded = Buffer.from(word, 'base64').toString('latin1');
    return known.some((secret) => decoded.includes(secret) || unformed(decoded).includes(secret)) ? '[secret]' : word;
  });
}

function formOf(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

function unformed(text: string): string {
  return new URLSearchParams(`=${text.replaceAll('&', '%26')}`).get('') ?? '';
}

/**
 * A text without access tokens: plain behind `Bearer`, and as SASL carries them in base64 (RFC 7628 §3.1, and XOAUTH2).
 * That needs to know no token, so that it also finds one of which a server repeats only a part.
 * @param known the token that is in use, which may stand there by itself
 */
export function withoutTokens(text: string, known = ''): string {
  return (known === '' ? text : text.replaceAll(known, '[secret]'))
    .replace(/\bBearer\s+\S+/gi, 'Bearer [secret]')
    .replace(base64, (word) =>
      /auth=Bearer/i.test(Buffer.from(word, 'base64').toString('latin1')) ? '[secret]' : word,
    );
}

const refusal = z.object({
  status: z.string().optional(),
  scope: z.string().optional(),
});

/** What a server says of a token that it refuses (RFC 7628 §3.2.2), in a few words, or ''. */
export function refusedToken(said: unknown): string {
  const parsed = refusal.safeParse(said);
  if (!parsed.success) return '';
  const { status, scope } = parsed.data;
  const words = [
    ...(status === undefined ? [] : [`status ${status}`]),
    ...(scope === undefined || scope === '' ? [] : [`scope ${scope}`]),
  ];
  return words.length === 0 ? '' : `the server says of the token: ${excerpt(words.join(', '))}`;
}
