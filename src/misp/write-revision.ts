import type { Warning } from '../errors/warning.js';
import { addEvent } from './add-event.js';
import { afterwards } from './bounded.js';
import type { MispClient } from './client.js';
import { attributesPerRequest, completeAttributes } from './complete-event.js';
import { completeObjects, droppedFromObjects } from './complete-objects.js';
import { type EventRevision, ownContent } from './revisions.js';
import type { StoredEvent } from './stored-event.js';
import { ambiguous } from './transport.js';
import type { MispEvent } from './types.js';
import { updateEvent } from './update-event.js';

export type WrittenRevision =
  | {
      readonly kind: 'written';
      readonly action: 'created' | 'updated' | 'unchanged';
      readonly stored: StoredEvent;
      readonly warnings: readonly Warning[];
      readonly leftOutTags: readonly string[];
    }
  /** MISP has an event of this UUID that this user may not see. */
  | { readonly kind: 'hidden'; readonly id: string | undefined }
  /**
   * `atOnce`: the first request of all was refused, so nothing of the event was put there.
   * `blocked`: its UUID is on MISP's blocklist of events.
   */
  | { readonly kind: 'rejected'; readonly reason: string; readonly atOnce?: true; readonly blocked?: true }
  /** MISP has an event of this UUID that is of others, and it is to stay as it is. */
  | { readonly kind: 'taken' };

/**
 * Adds the event of a revision, or brings the one that MISP has to what the revision says. Whatever an earlier attempt
 * left is found and completed. Never two writers for one event at the same time.
 */
export async function writeRevision(
  client: MispClient,
  revision: EventRevision,
  signal: AbortSignal,
): Promise<WrittenRevision> {
  // A role without the permission would be refused that without a word; publishing is a request of its own.
  const event = { ...revision.event, published: false };
  const { onlyAdd } = revision;
  if (onlyAdd === undefined && (revision.before !== undefined || revision.known === true)) {
    const stored = await client.viewEvent(event.uuid, signal);
    if (stored !== undefined) return await afterwards(() => update(client, revision, stored, signal));
  }
  const outcome = await addEvent(client, event, signal);
  switch (outcome.kind) {
    case 'rejected':
      return { ...outcome, atOnce: true };
    case 'tooLarge':
      return {
        kind: 'rejected',
        reason: 'MISP or a proxy before it answers 413 even to the event alone',
        atOnce: true,
      };
    case 'exists': {
      if (onlyAdd !== undefined) return { kind: 'taken' };
      const stored = await afterwards(() => client.viewEvent(event.uuid, signal));
      if (stored === undefined) return { kind: 'hidden', id: outcome.id };
      return await afterwards(() => update(client, revision, stored, signal));
    }
    case 'added':
    case 'found': {
      const sentWhole = outcome.kind === 'added' && ownContent(event).attributes.length <= attributesPerRequest;
      const written = await afterwards(() =>
        sentWhole
          ? complete(client, event, outcome.stored, signal)
          : update(client, { ...revision, before: undefined }, outcome.stored, signal),
      );
      if (written.kind !== 'written') return written;
      const again: Warning = {
        code: 'LW_WARN_ADDED_AGAIN',
        reason: 'MISP no longer had the event: it was added again',
      };
      const warnings = revision.before === undefined ? written.warnings : [again, ...written.warnings];
      return { ...written, action: 'created', warnings };
    }
  }
}

/** An event that was added just now, in one request: what it lacks MISP dropped. */
async function complete(
  client: MispClient,
  event: MispEvent,
  stored: StoredEvent,
  signal: AbortSignal,
): Promise<WrittenRevision> {
  const objects = event.Object ?? [];
  const warnings = [
    ...(await completeAttributes(client, event.uuid, event.Attribute, stored, signal)),
    ...(await completeObjects(client, event.uuid, objects, stored, signal)),
    ...droppedFromObjects(objects, stored),
  ];
  const leftOutTags = event.Tag.map(({ name }) => name).filter((name) => !stored.tagNames.has(name.toLowerCase()));
  return { kind: 'written', action: 'created', stored, warnings, leftOutTags };
}

async function update(
  client: MispClient,
  revision: EventRevision,
  stored: StoredEvent,
  signal: AbortSignal,
): Promise<WrittenRevision> {
  const outcome = await updateEvent(client, revision.event, revision.before, stored, signal);
  if (outcome.kind === 'rejected') return outcome;
  if (outcome.kind === 'gone') throw ambiguous('the event was removed from MISP while it was being updated');
  return { ...outcome, kind: 'written', action: outcome.kind };
}
