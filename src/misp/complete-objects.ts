import type { Warning } from '../errors/warning.js';
import type { MispClient } from './client.js';
import { describeRefusal } from './complete-event.js';
import type { StoredEvent } from './stored-event.js';
import type { MispObject } from './types.js';

/** Adds those of these objects that the event lacks. Answers what stays missing and why. */
export async function completeObjects(
  client: MispClient,
  uuid: string,
  objects: readonly MispObject[],
  stored: StoredEvent,
  signal: AbortSignal,
): Promise<readonly Warning[]> {
  const reasons = new Map<MispObject, string>();
  for (const object of objects) {
    if (stored.objects.has(object.uuid)) continue;
    const reason = await client.addObject(uuid, object, signal);
    if (reason !== undefined) reasons.set(object, reason);
  }
  if (reasons.size === 0) return [];
  // A refusal may only say that another request was faster: what counts is what MISP holds in the end.
  const final = await client.viewEvent(uuid, signal);
  return [...reasons]
    .filter(([object]) => final?.objects.has(object.uuid) !== true)
    .map(([object, reason]) => ({
      code: 'LW_WARN_DROPPED',
      reason: `MISP dropped the object ${object.name}: ${reason}`,
    }));
}

type ObjectContent = Pick<MispObject, 'uuid' | 'name' | 'Attribute'>;

/** Attributes that MISP silently left out of objects that it stored. */
export function droppedFromObjects(objects: readonly ObjectContent[], stored: StoredEvent): readonly Warning[] {
  return objects.flatMap((object) => {
    const there = stored.objects.get(object.uuid);
    if (there === undefined) return [];
    return object.Attribute.filter(({ uuid }) => !there.has(uuid)).map((attribute) =>
      describeRefusal(attribute, `not a valid ${attribute.type} for ${object.name}.${attribute.object_relation}`),
    );
  });
}

/**
 * References that MISP left out of objects that it stored. Objects that are added afterwards, one by one, may lack
 * theirs too: what they say is only how things belong together, so they are told in one line and not sent again.
 */
export function droppedReferences(objects: readonly MispObject[], stored: StoredEvent): readonly Warning[] {
  const references = objects.flatMap(({ ObjectReference: all = [] }) => all);
  const missing = references.filter(({ uuid }) => !stored.references.has(uuid)).length;
  if (missing === 0) return [];
  const reason = `MISP did not keep ${missing} of ${references.length} references between objects`;
  return [{ code: 'LW_WARN_DROPPED', reason }];
}
