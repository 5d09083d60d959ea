import { z } from 'zod';
import { isRecord } from '../../config/is-record.js';
import { jsonOf } from '../../text/json-of.js';
import type { ProviderAnswer } from './errors.js';

const refreshTokenSchema = z.string().refine((token) => token.trim() !== '');
/** Some providers write it as a text. */
const lifeSchema = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\s*\d/)
      .transform(Number.parseFloat),
  ])
  .pipe(z.number().positive());

/** The refresh token that an answer of success holds, whatever else is in it. */
export function rotatedToken({ status, body }: ProviderAnswer): string | undefined {
  if (status < 200 || status > 299) return undefined;
  const answer = jsonOf(body);
  return isRecord(answer) ? refreshTokenSchema.safeParse(answer.refresh_token).data : undefined;
}

/**
 * An answer of success without what would make the library refuse all of it, though a good token stands in it:
 * - `expires_in` that tells no time in which the token is good (nothing, less than nothing, null, words): the same as none,
 *   which RFC 6749 §5.1 allows. The mail server knows whether the token is good;
 * - a refresh token that is none;
 * - `scope`, which nobody here reads;
 * - the ID token: who the user is reads nobody either, and the library would verify it against an issuer that may not be
 *   configured.
 * @throws TypeError where it is no JSON object
 */
export function readableAnswer({ body }: ProviderAnswer): Response {
  const answer = jsonOf(body);
  if (!isRecord(answer)) throw new TypeError('it is no JSON object');
  return Response.json({
    ...answer,
    expires_in: lifeSchema.safeParse(answer.expires_in).data,
    refresh_token: refreshTokenSchema.safeParse(answer.refresh_token).data,
    scope: undefined,
    id_token: undefined,
  });
}
