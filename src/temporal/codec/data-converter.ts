import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import type { LoadedConfig } from '../../config/load-config.js';
import { CompressionCodec } from './compression-codec.js';
import { EncryptionCodec } from './encryption-codec.js';
import { noKeys, readHistoryKeys } from './keys.js';

export const failureConverterPath = fileURLToPath(new URL('./failure-converter.js', import.meta.url));

/**
 * How clients and workers write to Temporal, and read. The codecs are there with every configuration: where nothing is
 * to be written with them they still read, and say which key is missing.
 *
 * @param loaded undefined: no configuration, so no keys
 * @throws LW_SECRET_UNSET, LW_CONFIG_INVALID: a key is not there, or is none
 */
export function createDataConverter(loaded?: Pick<LoadedConfig, 'config' | 'secret'>): DataConverter {
  const keys = loaded === undefined ? noKeys : readHistoryKeys(loaded);
  const encrypts = keys.current !== undefined;
  return {
    // Encoded in this order: what is encrypted cannot be compressed any more.
    payloadCodecs: [new CompressionCodec(loaded?.config.history.compress ?? encrypts), new EncryptionCodec(keys)],
    ...(encrypts ? { failureConverterPath } : {}),
  };
}

/**
 * The same for schedules, which are written readable: they name mailboxes and feeds and nothing else, are never written
 * anew, and have to start work also when the key of the day of their making is long gone.
 */
export function createScheduleConverter(loaded?: Pick<LoadedConfig, 'config' | 'secret'>): DataConverter {
  const keys = loaded === undefined ? noKeys : readHistoryKeys(loaded);
  return { payloadCodecs: [new CompressionCodec(false), new EncryptionCodec({ ...keys, current: undefined })] };
}
