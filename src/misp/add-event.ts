import { isLurewatchError, type LurewatchError } from '../errors/lurewatch-error.js';
import type { AddEventOutcome, MispClient } from './client.js';
import { attributesPerRequest } from './complete-event.js';
import type { StoredEvent } from './stored-event.js';
import type { MispEvent } from './types.js';

export type AddOutcome =
  | AddEventOutcome
  /** The request had no usable answer, and MISP has the event: perhaps half of it. */
  | { readonly kind: 'found'; readonly stored: StoredEvent };

/** Adds the event with as many attributes and objects as pass; the rest follows when it is completed. */
export async function addEvent(client: MispClient, event: MispEvent, signal: AbortSignal): Promise<AddOutcome> {
  let size = Math.min(attributeCount(event), attributesPerRequest);
  for (;;) {
    try {
      const part = firstPart(event, size);
      const outcome = await client.addEvent(part, part.Attribute, signal);
      if (outcome.kind !== 'tooLarge' || size === 0) return outcome;
      size = Math.floor(size / 2);
    } catch (error) {
      if (!isLurewatchError(error, 'LW_MISP_AMBIGUOUS')) throw error;
      return { kind: 'found', stored: await lookUp(client, event, error, signal) };
    }
  }
}

function attributeCount(event: MispEvent): number {
  return (event.Object ?? []).reduce((count, object) => count + object.Attribute.length, event.Attribute.length);
}

/**
 * The event with so many of its attributes, first those of objects: MISP keeps references between objects only where all
 * of them come with the event, and takes further objects one by one, further attributes by the hundred.
 */
function firstPart(event: MispEvent, size: number): MispEvent {
  const { Object: objects = [], ...rest } = event;
  let room = size;
  const some = objects.filter((object) => {
    if (object.Attribute.length > room) return false;
    room -= object.Attribute.length;
    return true;
  });
  const attributes = event.Attribute.slice(0, room);
  return { ...rest, Attribute: attributes, ...(some.length === 0 ? {} : { Object: some }) };
}

/** After a request without a usable answer: what MISP holds decides. */
async function lookUp(
  client: MispClient,
  event: MispEvent,
  unclear: LurewatchError,
  signal: AbortSignal,
): Promise<StoredEvent> {
  // What the look-up met matters less than that the first request is still unclear.
  const stored = await client.viewEvent(event.uuid, signal).catch(() => undefined);
  if (stored === undefined) throw unclear;
  return stored;
}
