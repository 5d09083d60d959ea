import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { HistoryKeys } from './keys.js';
import { metadataText, payloadFromBytes, payloadToBytes } from './payload-bytes.js';

/** As in Temporal's samples of an encryption codec, which is what its Web UI shows of a payload nobody decodes. */
const encoding = 'binary/encrypted';
const keyIdField = 'encryption-key-id';

const cipher = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Encrypts whole payloads, metadata included: nonce, ciphertext and tag are the data of the payload around it. What is
 * not encrypted is read as it is, so that histories from before go on.
 */
export class EncryptionCodec implements PayloadCodec {
  readonly #keys: HistoryKeys;

  constructor(keys: HistoryKeys) {
    this.#keys = keys;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    const { current } = this.#keys;
    if (current === undefined) return payloads;
    const key = this.#key(current);
    return payloads.map((payload) => sealed(payload, current, key));
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => {
      if (metadataText(payload, 'encoding') !== encoding) return payload;
      const id = metadataText(payload, keyIdField);
      return opened(payload, id, this.#key(id));
    });
  }

  #key(id: string): KeyObject {
    const key = this.#keys.byId.get(id);
    if (key !== undefined) return key;
    const known = [...this.#keys.byId.keys()];
    throw new LurewatchError(
      'LW_HISTORY_KEY_UNKNOWN',
      `a payload is encrypted with the key ${JSON.stringify(id)}, and here ${known.length === 0 ? 'is none' : `are only: ${known.join(', ')}`}`,
      { where: 'history.encryption.keys' },
    );
  }
}

function sealed(payload: Payload, id: string, key: KeyObject): Payload {
  // Random, so that workers need not agree: good for 2^32 payloads with one key (NIST SP 800-38D §8.3).
  const nonce = randomBytes(nonceBytes);
  const sealing = createCipheriv(cipher, key, nonce, { authTagLength: tagBytes }).setAAD(authenticated(id));
  const data = Buffer.concat([nonce, sealing.update(payloadToBytes(payload)), sealing.final(), sealing.getAuthTag()]);
  return { metadata: { encoding: Buffer.from(encoding), [keyIdField]: Buffer.from(id) }, data };
}

function opened(payload: Payload, id: string, key: KeyObject): Payload {
  try {
    const data = Buffer.from(payload.data ?? new Uint8Array());
    const nonce = data.subarray(0, nonceBytes);
    const opening = createDecipheriv(cipher, key, nonce, { authTagLength: tagBytes })
      .setAAD(authenticated(id))
      .setAuthTag(data.subarray(-tagBytes));
    const inner = Buffer.concat([opening.update(data.subarray(nonceBytes, -tagBytes)), opening.final()]);
    return payloadFromBytes(inner);
  } catch (cause) {
    throw new LurewatchError(
      'LW_HISTORY_DAMAGED',
      `a payload does not decrypt with the key ${id}: it was changed, or another key has this id`,
      { where: `history.encryption.keys.${id}`, cause },
    );
  }
}

/** What stands readable beside the ciphertext and must not be exchanged. Why no namespace: docs/decisions/0013. */
function authenticated(id: string): Buffer {
  return Buffer.from(`lurewatch history 1\n${encoding}\n${id}`);
}
