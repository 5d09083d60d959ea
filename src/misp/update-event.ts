import type { Warning } from '../errors/warning.js';
import type { MispClient } from './client.js';
import { appendAttributes, attributesPerRequest, completeAttributes, describeRefusal } from './complete-event.js';
import { completeObjects, droppedFromObjects } from './complete-objects.js';
import { sendEdits } from './edit-pieces.js';
import { isEmpty, planUpdate, type UpdatePlan } from './plan-update.js';
import type { PutBefore } from './revisions.js';
import type { StoredEvent } from './stored-event.js';
import type { MispEvent } from './types.js';

export type UpdateOutcome =
  | {
      readonly kind: 'updated' | 'unchanged';
      readonly stored: StoredEvent;
      readonly warnings: readonly Warning[];
      /** Tags that MISP silently left out, as it does where the role may not create or use them. */
      readonly leftOutTags: readonly string[];
    }
  | { readonly kind: 'gone' }
  | { readonly kind: 'rejected'; readonly reason: string };

/**
 * Brings an event that MISP holds as `stored` to what is wanted of it, and sees what became of that: MISP drops without
 * a word what it finds invalid. Can be repeated at any time, from whatever an earlier attempt left.
 */
export async function updateEvent(
  client: MispClient,
  wanted: MispEvent,
  before: PutBefore | undefined,
  stored: StoredEvent,
  signal: AbortSignal,
): Promise<UpdateOutcome> {
  const plan = planUpdate(stored, wanted, before);
  if (mayAppend(plan, before, stored)) {
    await appendAttributes(client, wanted.uuid, plan.addAttributes, signal);
    const appended = await client.viewEvent(wanted.uuid, signal);
    if (appended === undefined) return { kind: 'gone' };
    const rest = planUpdate(appended, wanted, before);
    const outcome = await carryOut(client, wanted, rest, appended, signal);
    const grown = appended.attributeUuids.size > stored.attributeUuids.size;
    return grown && outcome.kind === 'unchanged' ? { ...outcome, kind: 'updated' } : outcome;
  }
  return await carryOut(client, wanted, plan, stored, signal);
}

/**
 * Many attributes for an event that is as good as new: each edit is answered with the whole event, which adding by
 * itself is not. It would unpublish. What it refuses is left to the edits: it may only have been removed softly.
 */
function mayAppend(plan: UpdatePlan, before: PutBefore | undefined, stored: StoredEvent): boolean {
  const isNew = before === undefined || before.attributes.length === 0;
  return isNew && !stored.published && plan.addAttributes.length > attributesPerRequest;
}

async function carryOut(
  client: MispClient,
  wanted: MispEvent,
  plan: UpdatePlan,
  stored: StoredEvent,
  signal: AbortSignal,
): Promise<UpdateOutcome> {
  if (isEmpty(plan)) return { kind: 'unchanged', stored, warnings: plan.warnings, leftOutTags: [] };
  const edits = await sendEdits(client, wanted.uuid, plan, stored, signal);
  if (edits.kind !== 'edited') return edits;

  const { refused } = edits;
  const left = whatIsLeft(plan, edits.stored);
  const warnings: Warning[] = [
    ...plan.warnings,
    ...plan.addAttributes.flatMap((attribute) => {
      const reason = refused.get(attribute.uuid);
      return reason === undefined ? [] : [describeRefusal(attribute, reason)];
    }),
  ];
  const ask = left.attributes.filter(({ uuid }) => !refused.has(uuid));
  warnings.push(...(await completeAttributes(client, wanted.uuid, ask, edits.stored, signal)));
  warnings.push(...(await completeObjects(client, wanted.uuid, left.objects, edits.stored, signal)));
  warnings.push(...droppedFromObjects(left.partial, edits.stored));
  for (const tag of left.tagsThere) {
    const reason = await client.removeTag(wanted.uuid, tag, signal);
    if (reason !== undefined) {
      warnings.push({ code: 'LW_WARN_STAYS', reason: `MISP did not remove the tag ${tag}: ${reason}` });
    }
  }
  if (left.there.length > 0) {
    warnings.push({ code: 'LW_WARN_STAYS', reason: `MISP did not remove ${left.there.join(', ')}` });
  }

  const asked = ask.length + left.objects.length + left.tagsThere.length > 0;
  const final = await restorePublished(client, wanted.uuid, stored, edits.stored, asked, signal);
  if (stored.published && !final.published) {
    const reason = 'MISP unpublished the event: the role of this user may not publish (perm_publish)';
    warnings.push({ code: 'LW_WARN_UNPUBLISHED', reason });
  }
  const leftOutTags = plan.addTags.filter((name) => !final.tagNames.has(name.toLowerCase()));
  return { kind: changed(plan, final) ? 'updated' : 'unchanged', stored: final, warnings, leftOutTags };
}

/** What asking for reasons stored after all has unpublished the event. */
async function restorePublished(
  client: MispClient,
  uuid: string,
  before: StoredEvent,
  edited: StoredEvent,
  asked: boolean,
  signal: AbortSignal,
): Promise<StoredEvent> {
  const now = asked ? ((await client.viewEvent(uuid, signal)) ?? edited) : edited;
  if (!asked || !before.published || now.published) return now;
  const outcome = await client.editEvent(uuid, { published: true }, signal);
  if (outcome.kind === 'failed') throw outcome.error;
  return outcome.kind === 'edited' ? outcome.stored : now;
}

function whatIsLeft(plan: UpdatePlan, stored: StoredEvent) {
  const partial = plan.addObjects.filter(({ uuid }) => stored.objects.has(uuid));
  const inObjects = new Set([...stored.objects.values()].flatMap((attributes) => [...attributes]));
  return {
    attributes: plan.addAttributes.filter(({ uuid }) => !stored.attributeUuids.has(uuid)),
    objects: plan.addObjects.filter(({ uuid }) => !stored.objects.has(uuid)),
    partial: [...partial, ...plan.changeObjects.map(asObject)],
    there: [
      ...plan.removeAttributes.filter((uuid) => stored.attributeUuids.has(uuid)),
      ...plan.removeObjects.filter(({ uuid }) => stored.objects.has(uuid)).map(({ uuid }) => `the object ${uuid}`),
      ...plan.changeObjects.flatMap(({ remove }) => remove).filter((uuid) => inObjects.has(uuid)),
    ],
    tagsThere: plan.removeTags.filter((name) => stored.tagNames.has(name)),
  };
}

function asObject({ uuid, name, add }: UpdatePlan['changeObjects'][number]) {
  return { uuid, name, Attribute: add };
}

/** False where all that was planned was to add what MISP drops each time. */
function changed(plan: UpdatePlan, final: StoredEvent): boolean {
  return (
    Object.keys(plan.fields).length > 0 ||
    plan.removeAttributes.length + plan.removeObjects.length + plan.removeTags.length > 0 ||
    plan.changeAttributes.length > 0 ||
    plan.addAttributes.some(({ uuid }) => final.attributeUuids.has(uuid)) ||
    plan.addObjects.some(({ uuid }) => final.objects.has(uuid)) ||
    plan.changeObjects.some(
      ({ uuid, add, remove }) =>
        remove.length > 0 || add.some((attribute) => final.objects.get(uuid)?.has(attribute.uuid) === true),
    ) ||
    plan.addTags.some((name) => final.tagNames.has(name.toLowerCase()))
  );
}
