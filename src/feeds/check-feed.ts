import type { Feed } from './feed.js';
import { readHead } from './formats/read-rows.js';
import { unpack } from './unpack/unpack.js';

/**
 * Looks whether a feed can be read, and whether the head of its first file has the columns that the mapping needs;
 * reads no further than there. What it found, a line each.
 * @throws LW_FEED_MAPPING, LW_FEED_HEADER, and what checking and unpacking the source throws
 */
export async function checkFeed(feed: Feed, signal: AbortSignal): Promise<readonly string[]> {
  const { source, format, maxUnpackedBytes } = feed;
  const { needs } = feed.mapping();
  const findings = await source.check(signal);
  const file = await source.first(signal);
  if (file === undefined) {
    if (needs.length === 0) return findings;
    const advice = `\`lurewatch import ${feed.name} --dry-run\` reads it`;
    return [...findings, `whether it has the columns of the mapping was not looked at: ${advice}`];
  }
  const [stream] = await unpack(file, { maxUnpackedBytes }, signal);
  if (stream === undefined) return findings;
  const { columns } = await readHead(stream, format, { signal, needs });
  const verdict = `${stream.name} has the columns that the mapping needs`;
  return columns === null || needs.length === 0 ? findings : [...findings, verdict];
}
