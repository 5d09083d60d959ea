import type { MispClient } from './client.js';
import { isEmpty, planUpdate, type UpdatePlan } from './plan-update.js';
import type { EventRevision, RevisionPreview } from './revisions.js';
import { sharingDifference } from './sharing.js';
import type { MispAttribute } from './types.js';

/** What sending a revision would change in MISP. Reads only. */
export async function previewRevision(
  client: MispClient,
  revision: EventRevision,
  signal: AbortSignal,
): Promise<RevisionPreview> {
  const stored = revision.known === false ? undefined : await client.viewEvent(revision.event.uuid, signal);
  if (stored === undefined) return { action: 'create', changes: [] };
  const plan = planUpdate(stored, revision.event, revision.before);
  const sharing = sharingDifference(stored, revision.event);
  const changes = [
    ...describePlan(plan),
    ...plan.warnings.map(({ reason }) => reason),
    ...(sharing === undefined ? [] : [sharing]),
  ];
  return { action: isEmpty(plan) ? 'unchanged' : 'update', changes };
}

function describePlan(plan: UpdatePlan): readonly string[] {
  return [
    ...Object.entries(plan.fields).map(([field, value]) => `${field}: ${value}`),
    ...plan.removeAttributes.map((uuid) => `- attribute ${uuid}`),
    ...plan.removeObjects.map(({ uuid }) => `- object ${uuid}`),
    ...plan.changeObjects.flatMap(({ uuid, add, remove }) => [
      ...remove.map((attribute) => `- attribute ${attribute} of object ${uuid}`),
      ...add.map((attribute) => `+ ${line(attribute)} in object ${uuid}`),
    ]),
    ...plan.addAttributes.map((attribute) => `+ ${line(attribute)}`),
    ...plan.changeAttributes.map((attribute) => `~ ${line(attribute)}: comment, flags or dates`),
    ...plan.addObjects.map(({ name, Attribute }) => `+ object ${name}: ${Attribute.map(line).join(', ')}`),
    ...plan.removeTags.map((name) => `- tag ${name}`),
    ...plan.addTags.map((name) => `+ tag ${name}`),
  ];
}

function line({ type, value }: MispAttribute): string {
  return `${type} ${value.length > 200 ? `${value.slice(0, 200)}…` : value}`;
}
