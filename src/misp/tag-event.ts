import type { MispClient } from './client.js';
import type { TagOutcome } from './revisions.js';

/** Gives an event one more tag by an edit, which keeps `published` as it is; attaching the tag by itself would unpublish. */
export async function tagEvent(
  client: MispClient,
  uuid: string,
  tag: string,
  signal: AbortSignal,
): Promise<TagOutcome> {
  const stored = await client.viewEvent(uuid, signal);
  if (stored === undefined)
    return { kind: 'absent', reason: 'MISP no longer has the event, or this user may not see it' };
  if (stored.tagNames.has(tag.toLowerCase())) return { kind: 'tagged' };
  const outcome = await client.editEvent(uuid, { published: stored.published, Tag: [{ name: tag }] }, signal);
  switch (outcome.kind) {
    case 'failed':
      throw outcome.error;
    case 'gone':
      return { kind: 'absent', reason: 'MISP no longer has the event' };
    case 'rejected':
      return { kind: 'refused', reason: outcome.reason };
    case 'edited':
      if (outcome.stored.tagNames.has(tag.toLowerCase())) return { kind: 'tagged' };
      return {
        kind: 'refused',
        reason: `MISP left out the tag ${tag}: give the role perm_tag_editor (and perm_tagger), or create the tag in MISP`,
      };
  }
}
