import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataConverter, PayloadCodec } from '@temporalio/common';
import { stringify } from 'yaml';
import { loadConfig } from '../../src/config/load-config.js';
import { createDataConverter } from '../../src/temporal/codec/data-converter.js';
import { inFolder } from './folder.js';

/** Keys of histories, by their environment variables. */
export const historyKeys = {
  KEY_ONE: Buffer.alloc(32, 1).toString('base64'),
  KEY_TWO: Buffer.alloc(32, 2).toString('hex'),
} as const;

/** `history` of lurewatch.yaml: the current key, and the environment variable of each. */
export function encryptedWith(current: string | undefined, variables: Readonly<Record<string, string>>) {
  const keys = Object.fromEntries(Object.entries(variables).map(([id, env]) => [id, { env }]));
  return { encryption: { ...(current === undefined ? {} : { key: current }), keys } };
}

/** What clients and workers with such a `history` write and read with. */
export function converterOf(
  history: unknown,
  environment: Readonly<Record<string, string>> = historyKeys,
): Promise<DataConverter> {
  return inFolder(async (folder) => {
    const file = join(folder, 'lurewatch.yaml');
    await writeFile(file, stringify({ history }));
    return createDataConverter(await loadConfig(file, environment));
  });
}

/** Both codecs as the SDK calls them: encoded in their order, decoded against it. */
export async function codecOf(history: unknown, environment?: Readonly<Record<string, string>>): Promise<PayloadCodec> {
  const { payloadCodecs = [] } = await converterOf(history, environment);
  return {
    encode: (payloads) =>
      payloadCodecs.reduce(async (done, codec) => codec.encode(await done), Promise.resolve(payloads)),
    decode: (payloads) =>
      payloadCodecs.reduceRight(async (done, codec) => codec.decode(await done), Promise.resolve(payloads)),
  };
}
