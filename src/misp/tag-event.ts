import type { MispClient } from './client.js';

/**
 * Gives an event one more tag by an edit, which keeps `published` as it is; attaching the tag by itself would unpublish.
 * Answers why it did not get it, undefined where it has it.
 */
export async function tagEvent(
  client: MispClient,
  uuid: string,
  tag: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const stored = await client.viewEvent(uuid, signal);
  if (stored === undefined) return 'MISP no longer has the event, or this user may not see it';
  if (stored.tagNames.has(tag.toLowerCase())) return undefined;
  const outcome = await client.editEvent(uuid, { published: stored.published, Tag: [{ name: tag }] }, signal);
  switch (outcome.kind) {
    case 'failed':
      throw outcome.error;
    case 'gone':
      return 'MISP no longer has the event';
    case 'rejected':
      return outcome.reason;
    case 'edited':
      if (outcome.stored.tagNames.has(tag.toLowerCase())) return undefined;
      return `MISP left out the tag ${tag}: give the role perm_tag_editor (and perm_tagger), or create the tag in MISP`;
  }
}
