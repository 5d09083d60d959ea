import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { metadataText, payloadFromBytes, payloadToBytes } from './payload-bytes.js';

/** As Temporal's own zlib codec for Go has it (converter.NewZlibCodec): its tools read these too. */
const encoding = 'binary/zlib';
const metadata = { encoding: Buffer.from(encoding) };

/** Less cannot become smaller by what a second payload around it takes. */
const leastBytes = 64;
/** A server takes 2 MB of one payload by default: nothing of ours unpacks to more than this. */
const mostBytes = 32 * 1024 * 1024;
/** Of all that comes in one call, which is at most a message of 4 MB: some kilobytes unpack to 32 MB, many times over. */
const mostTogether = 2 * mostBytes;

const pack = promisify(deflate);
const unpack = promisify(inflate);

/** Compresses payloads where that makes them smaller; unpacks what is compressed, whoever did it. */
export class CompressionCodec implements PayloadCodec {
  readonly #compress: boolean;

  /** @param compress false: what is written stays as it is */
  constructor(compress: boolean) {
    this.#compress = compress;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    return this.#compress ? Promise.all(payloads.map(smaller)) : payloads;
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    let room = mostTogether;
    const decoded: Payload[] = [];
    // One after the other: what is too much is known before more of it takes memory.
    for (const payload of payloads) {
      const bytes = await unpacked(payload, Math.min(room, mostBytes));
      room -= bytes?.length ?? 0;
      decoded.push(bytes === undefined ? payload : payloadOf(bytes));
    }
    return decoded;
  }
}

async function smaller(payload: Payload): Promise<Payload> {
  const bytes = payloadToBytes(payload);
  if (bytes.length < leastBytes || bytes.length > mostBytes) return payload;
  const packed = { metadata, data: await pack(bytes) };
  return payloadToBytes(packed).length < bytes.length ? packed : payload;
}

/** @returns undefined where it is not compressed */
async function unpacked(payload: Payload, maxOutputLength: number): Promise<Buffer | undefined> {
  if (metadataText(payload, 'encoding') !== encoding) return undefined;
  // zlib takes no limit of 0.
  return unpack(payload.data ?? new Uint8Array(), { maxOutputLength: Math.max(1, maxOutputLength) }).catch(damaged);
}

function payloadOf(bytes: Uint8Array): Payload {
  try {
    return payloadFromBytes(bytes);
  } catch (cause) {
    return damaged(cause);
  }
}

function damaged(cause: unknown): never {
  throw new LurewatchError('LW_HISTORY_DAMAGED', 'a compressed payload of a history does not unpack', { cause });
}
