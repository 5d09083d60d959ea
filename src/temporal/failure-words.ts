import type { Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { z } from 'zod';
import { catalogue, type ErrorCode } from '../errors/catalogue.js';

/** A failure as descriptions of running workflows have it: no client decodes those. */
export interface DescribedFailure {
  readonly message?: string | null;
  readonly encodedAttributes?: Payload | null;
  readonly applicationFailureInfo?: { readonly type?: string | null } | null;
}

const encodedSchema = z.object({ message: z.string() });

/** What a failure says, also where histories are encrypted; without the key, what its code means. */
export async function failureWords(client: Client, failure: DescribedFailure): Promise<string> {
  const { message, encodedAttributes, applicationFailureInfo } = failure;
  if (encodedAttributes == null) return message ?? '';
  const { payloadCodecs, payloadConverter } = client.options.loadedDataConverter;
  try {
    let payloads = [encodedAttributes];
    for (const codec of [...payloadCodecs].reverse()) payloads = await codec.decode(payloads);
    const [payload] = payloads;
    if (payload !== undefined) return encodedSchema.parse(payloadConverter.fromPayload(payload)).message;
  } catch {
    // Whoever may not read it learns as much as the code tells.
  }
  const code = applicationFailureInfo?.type ?? '';
  return isErrorCode(code) ? `${catalogue[code].meaning} ${catalogue[code].mend} [${code}]` : (message ?? '');
}

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(catalogue, code);
}
