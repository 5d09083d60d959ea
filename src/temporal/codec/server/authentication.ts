import { createHash, timingSafeEqual } from 'node:crypto';
import type { LoadedConfig } from '../../../config/load-config.js';
import { LurewatchError } from '../../../errors/lurewatch-error.js';
import type { Identity } from './identity.js';
import { JwtVerifier } from './jwt.js';

/** Who may have payloads decoded. */
export interface Authentication {
  /** @param authorization the header as it came */
  identify(authorization: string | undefined): Promise<Identity>;
  close(): Promise<void>;
}

/** What `openssl rand -base64 15` gives: nobody guesses that. */
const leastCharacters = 20;

/** @throws LW_CONFIG_INVALID where nobody could ask, or a token can be guessed; LW_SECRET_UNSET */
export function createAuthentication(loaded: LoadedConfig): Authentication {
  const { tokens, jwt } = loaded.config.codecServer;
  const known = Object.entries(tokens).map(([name, ref]) => {
    const place = `codecServer.tokens.${name}`;
    const token = loaded.secret(ref, place).reveal();
    if (token.length < leastCharacters) {
      throw new LurewatchError('LW_CONFIG_INVALID', `the token has fewer than ${leastCharacters} characters`, {
        where: place,
        mend: 'Make one with `openssl rand -base64 32`.',
      });
    }
    return { name, digest: sha256(token) };
  });
  if (known.length === 0 && jwt === undefined) {
    throw new LurewatchError('LW_CONFIG_INVALID', 'nobody may ask: there are neither `tokens` nor `jwt`', {
      where: 'codecServer',
      mend: 'Add one of them; docs/encryption.md shows how.',
    });
  }
  const verifier = jwt === undefined ? undefined : new JwtVerifier(jwt, loaded.baseFolder);
  return {
    identify: async (authorization = '') => {
      const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
      if (token === undefined) return { refused: 'there is none' };
      const digest = sha256(token);
      // All of them, and digests of one length: how long it takes tells nothing.
      const [holder] = known.filter((each) => timingSafeEqual(each.digest, digest));
      if (holder !== undefined) return { who: holder.name };
      return verifier === undefined ? { refused: 'nobody has this one' } : verifier.verify(token);
    },
    close: async () => verifier?.close(),
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
