import { dirname, relative, resolve, sep } from 'node:path';
import type { SecretRef } from '../config/fields.js';
import type { Secret } from '../config/secret.js';
import { LurewatchError } from '../errors/lurewatch-error.js';
import type { MispEventConfig } from '../misp/config.js';
import type { FeedConfig } from './config.js';
import { feedDefinition } from './definition.js';
import type { Feed } from './feed.js';
import { compileMapping } from './mapping/compile.js';
import type { SourceConfig } from './sources/config.js';
import { createFeedSource } from './sources/create-feed-source.js';
import type { FeedSource } from './sources/source.js';

type Secrets = (ref: SecretRef, place: string) => Secret;

/**
 * The feed that the configuration describes. Connects to nothing yet.
 * @param secrets gives the value of a secret; `place` is where the configuration refers to it
 * @param baseFolder the folder that relative paths start from: that of the configuration file
 * @throws LW_CONFIG_INVALID, LW_FEED_MAPPING
 */
export function createFeed(
  name: string,
  config: FeedConfig,
  misp: MispEventConfig,
  secrets: Secrets,
  baseFolder: string,
): Feed {
  const definition = feedDefinition(config);
  if (definition === undefined) {
    throw new LurewatchError('LW_CONFIG_INVALID', 'the feed is not complete', { where: `feeds.${name}` });
  }
  const { format, mapping, columns } = definition;
  const { source } = config;
  return {
    name,
    config,
    source: createFeedSource(name, source, secrets, baseFolder),
    part: (path) => partOf(name, source, path, secrets, baseFolder),
    format,
    mapping: () => compileMapping(name, mapping, { columns, misp }),
    maxUnpackedBytes: source.maxUnpackedBytes,
    beside: (file) => (source.kind === 'path' ? resolve(baseFolder, file) : undefined),
  };
}

/** Whoever may start a workflow names the path: it must not become a way to read any file of the worker's machine. */
function partOf(feed: string, source: SourceConfig, path: string, secrets: Secrets, baseFolder: string): FeedSource {
  const whole = resolve(baseFolder, path);
  const folders = [baseFolder, ...(source.kind === 'path' ? [dirname(resolve(baseFolder, source.path))] : [])];
  if (!folders.some((folder) => isInside(folder, whole))) {
    throw new LurewatchError(
      'LW_FEED_UNREADABLE',
      `${path} lies in another folder than the configuration and the source`,
      {
        where: `feeds.${feed}`,
        mend: 'Put the file beside the source, or beside lurewatch.yaml.',
      },
    );
  }
  const { maxBytes, maxUnpackedBytes } = source;
  return createFeedSource(feed, { kind: 'path', path: whole, maxBytes, maxUnpackedBytes }, secrets, baseFolder);
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
}
