import type { Payload } from '@temporalio/common';
import proto from '@temporalio/proto';

// A CommonJS package that Node sees no names of.
const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

/** A whole payload, its metadata included, as what a codec wraps. */
export function payloadToBytes(payload: Payload): Uint8Array {
  return PayloadMessage.encode(payload).finish();
}

/** @throws where the bytes are no payload */
export function payloadFromBytes(bytes: Uint8Array): Payload {
  const { metadata, data } = PayloadMessage.decode(bytes);
  return { metadata, data };
}

export function metadataText(payload: Payload, name: string): string {
  const value = payload.metadata?.[name];
  return value == null ? '' : Buffer.from(value).toString('utf8');
}
