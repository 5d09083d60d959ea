import { OAuth2Client, type TokenPayload } from 'google-auth-library';
import { z } from 'zod';
import type { JwtConfig } from './config.js';
import type { Identity } from './identity.js';
import { type KeySet, RemoteKeySet } from './key-set.js';

const headerSchema = z.object({ alg: z.enum(['RS256', 'ES256']), kid: z.string() });
const claimsSchema = z.looseObject({ iss: z.string(), sub: z.string().optional(), nbf: z.number().optional() });

/** How far clocks may be apart: what google-auth-library grants of the other times. */
const skewSeconds = 300;

/** Verifies access tokens of one issuer: signature, times, issuer, audience and the claims that are asked for. */
export class JwtVerifier {
  readonly #config: JwtConfig;
  readonly #keys: RemoteKeySet;
  readonly #verifier = new OAuth2Client();

  constructor(config: JwtConfig, baseFolder: string) {
    this.#config = config;
    this.#keys = new RemoteKeySet(config, baseFolder);
  }

  /** Never rejects. Errors of the library quote the token, so none of them goes on from here. */
  async verify(token: string): Promise<Identity> {
    const header = headerSchema.safeParse(headerOf(token));
    if (!header.success) return { refused: 'it is no JWT that is signed with RS256 or ES256' };
    let keys: KeySet;
    try {
      keys = await this.#keys.keysFor(header.data.kid);
    } catch (error) {
      return { refused: `the keys of the issuer cannot be had: ${error instanceof Error ? error.message : ''}` };
    }
    const { issuer, audience, claims: wanted } = this.#config;
    const payload = await this.#payloadOf(token, keys);
    const claims = claimsSchema.safeParse(payload).data;
    if (claims === undefined) return { refused: 'its signature, its times or its issuer are wrong' };
    // RFC 7519 §4.1.5, which google-auth-library does not look at.
    if ((claims.nbf ?? 0) > Date.now() / 1000 + skewSeconds) return { refused: 'its time has not come' };
    for (const [claim, value] of Object.entries({ ...wanted, iss: issuer, aud: audience })) {
      const said = claims[claim];
      if (said !== value && !(Array.isArray(said) && said.includes(value)))
        return { refused: `its ${claim} is another` };
    }
    return { who: claims.sub ?? 'somebody' };
  }

  async close(): Promise<void> {
    await this.#keys.close();
  }

  async #payloadOf(token: string, keys: KeySet): Promise<TokenPayload | undefined> {
    try {
      // Its own check of the audience knows no lists.
      const { issuer } = this.#config;
      const ticket = await this.#verifier.verifySignedJwtWithCertsAsync(token, { ...keys }, undefined, [issuer]);
      return ticket.getPayload();
    } catch {
      return undefined;
    }
  }
}

function headerOf(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString());
  } catch {
    return undefined;
  }
}
