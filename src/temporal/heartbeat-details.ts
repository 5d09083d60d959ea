import type { Payload, PayloadCodec } from '@temporalio/common';

/** An activity as descriptions of running workflows have it, as far as it tells how it is getting on. */
export interface HeartbeatTold {
  readonly heartbeatDetails?: { readonly payloads?: readonly Payload[] | null } | null;
}

/** What an activity told with its last heartbeat, which no client decodes; undefined where nothing can be read. */
export async function heartbeatDetails(
  { heartbeatDetails: told }: HeartbeatTold,
  codecs: readonly PayloadCodec[],
): Promise<unknown> {
  try {
    let payloads: Payload[] = [...(told?.payloads ?? [])];
    if (payloads.length === 0) return undefined;
    for (const codec of [...codecs].reverse()) payloads = await codec.decode(payloads);
    const data = payloads[0]?.data;
    return data == null ? undefined : (JSON.parse(Buffer.from(data).toString('utf8')) as unknown);
  } catch {
    // Whoever has not the key does without.
    return undefined;
  }
}
