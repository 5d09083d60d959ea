import type { Payload } from '@temporalio/common';
import { z } from 'zod';
import { jsonOf } from '../../../text/json-of.js';

/** As protobuf writes bytes into JSON: readers take both alphabets, with or without padding. */
const bytes = z.string().regex(/^[A-Za-z0-9+/_-]*={0,2}$/, 'must be base64');

/** `temporal.api.common.v1.Payloads` in JSON: what Temporal's CLI and Web UI send, and want back. */
const payloadsSchema = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), bytes).nullish(), data: bytes.nullish() })).nullish(),
});

/** @returns undefined where the text is something else */
export function payloadsFromJson(text: string): Payload[] | undefined {
  const parsed = payloadsSchema.safeParse(jsonOf(text));
  if (!parsed.success) return undefined;
  return (parsed.data.payloads ?? []).map(({ metadata, data }) => ({
    metadata: Object.fromEntries(
      Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value, 'base64')]),
    ),
    data: Buffer.from(data ?? '', 'base64'),
  }));
}

export function payloadsToJson(payloads: readonly Payload[]): string {
  return JSON.stringify({
    payloads: payloads.map(({ metadata, data }) => ({
      metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)])),
      data: base64(data ?? new Uint8Array()),
    })),
  });
}

function base64(value: Uint8Array): string {
  return Buffer.from(value).toString('base64');
}
