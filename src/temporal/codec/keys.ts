import { createSecretKey, type KeyObject } from 'node:crypto';
import type { LoadedConfig } from '../../config/load-config.js';
import type { Secret } from '../../config/secret.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';

/** The keys of histories. A KeyObject does not print. */
export interface HistoryKeys {
  /** What is written from now on is encrypted with this one; undefined: with none. */
  readonly current: string | undefined;
  readonly byId: ReadonlyMap<string, KeyObject>;
}

export const noKeys: HistoryKeys = { current: undefined, byId: new Map() };

/** Of AES-256. */
const keyBytes = 32;

/**
 * Reads all keys that the configuration names, each from its environment variable or file.
 *
 * @throws LW_SECRET_UNSET; LW_CONFIG_INVALID for one that is not 32 bytes, without showing it
 */
export function readHistoryKeys({ config, secret }: Pick<LoadedConfig, 'config' | 'secret'>): HistoryKeys {
  const { encryption } = config.history;
  const entries = Object.entries(encryption?.keys ?? {}).map(([id, ref]) => {
    const place = `history.encryption.keys.${id}`;
    return [id, parseKey(secret(ref, place), place)] as const;
  });
  return { current: encryption?.key, byId: new Map(entries) };
}

function parseKey(secret: Secret, place: string): KeyObject {
  const text = secret.reveal().trim();
  const bytes = decoded(text);
  if (bytes?.length === keyBytes) return createSecretKey(bytes);
  const found = bytes === undefined ? 'is neither base64 nor hexadecimal digits' : `has ${bytes.length} bytes`;
  throw new LurewatchError('LW_CONFIG_INVALID', `the key ${found}, and has to have ${keyBytes}`, {
    where: place,
    mend: 'Make one with `openssl rand -base64 32`.',
  });
}

/** Hexadecimal digits are base64 too: of the length of a key they are meant as digits. */
function decoded(text: string): Buffer | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}
