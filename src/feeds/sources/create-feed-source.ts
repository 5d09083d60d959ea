import type { SecretRef } from '../../config/fields.js';
import type { Secret } from '../../config/secret.js';
import type { SourceConfig } from './config.js';
import { PathSource } from './path-source.js';
import type { FeedSource } from './source.js';
import { UrlSource } from './url-source.js';

/**
 * The source of a configured feed. Reads its secrets, and connects to nothing yet.
 * @param secrets reads a secret; `place` is where the configuration names it
 * @param baseFolder what relative paths of the configuration start from
 * @throws LW_SECRET_UNSET, LW_CONFIG_INVALID
 */
export function createFeedSource(
  feed: string,
  config: SourceConfig,
  secrets: (ref: SecretRef, place: string) => Secret,
  baseFolder: string,
): FeedSource {
  const where = `feeds.${feed}.source`;
  return config.kind === 'path'
    ? new PathSource(where, config, baseFolder)
    : new UrlSource(where, config, secrets, baseFolder);
}
