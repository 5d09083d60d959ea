import type { SecretRef } from '../../config/fields.js';
import type { Secret } from '../../config/secret.js';
import type { FormatConfig } from '../formats/config.js';
import { namesMispFeed, type SourceConfig } from './config.js';
import { MispFeedSource } from './misp-feed-source.js';
import { PathSource } from './path-source.js';
import type { FeedSource } from './source.js';
import { UrlRequests } from './url-requests.js';
import { UrlSource } from './url-source.js';

/**
 * The source of a configured feed. Reads its secrets, and connects to nothing yet.
 * @param secrets reads a secret; `place` is where the configuration names it
 * @param baseFolder what relative paths of the configuration start from
 * @param format of the feed's files: at an address, a feed of MISP is many files
 * @throws LW_SECRET_UNSET, LW_CONFIG_INVALID
 */
export function createFeedSource(
  feed: string,
  config: SourceConfig,
  secrets: (ref: SecretRef, place: string) => Secret,
  baseFolder: string,
  format?: FormatConfig['kind'],
): FeedSource {
  const where = `feeds.${feed}.source`;
  if (config.kind === 'path') return new PathSource(where, config, baseFolder);
  const requests = new UrlRequests(where, config, secrets, baseFolder);
  return format === 'misp' && namesMispFeed(config.url)
    ? new MispFeedSource(config, requests)
    : new UrlSource(config, requests);
}
