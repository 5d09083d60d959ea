import type { EventEdit, MispClient } from './client.js';
import { attributesPerRequest } from './complete-event.js';
import type { UpdatePlan } from './plan-update.js';
import type { StoredEvent } from './stored-event.js';

/** One attribute or object of an edit, as MISP is sent it. */
interface Unit {
  readonly kind: 'Attribute' | 'Object';
  readonly uuid: string;
  readonly body: unknown;
  /** How many attributes it is. */
  readonly weight: number;
}

/** What travels only once: fields and tags. */
type Head = Omit<EventEdit, 'published' | 'Attribute' | 'Object'>;

interface Piece {
  readonly head: Head | undefined;
  readonly units: readonly Unit[];
}

export type EditsOutcome =
  | {
      readonly kind: 'edited';
      readonly stored: StoredEvent;
      /** UUID of what even alone did not pass, and why. */
      readonly refused: ReadonlyMap<string, string>;
    }
  | { readonly kind: 'gone' }
  | { readonly kind: 'rejected'; readonly reason: string };

/**
 * Carries out a plan by `events/edit`, which alone keeps `published` as it is: adding attributes and objects, attaching
 * and removing tags by themselves all unpublish the event. In pieces, one after the other; a piece that fails is halved.
 */
export async function sendEdits(
  client: MispClient,
  uuid: string,
  plan: UpdatePlan,
  stored: StoredEvent,
  signal: AbortSignal,
): Promise<EditsOutcome> {
  const refused = new Map<string, string>();
  const waiting = inPieces(headOf(plan), unitsOf(plan));
  let latest = stored;
  for (let piece = waiting.shift(); piece !== undefined; piece = waiting.shift()) {
    const outcome = await client.editEvent(uuid, editOf(piece, stored.published), signal);
    if (outcome.kind === 'edited') {
      latest = outcome.stored;
      continue;
    }
    if (outcome.kind !== 'failed') return outcome;
    const halves = halve(piece);
    if (halves.length > 1) {
      waiting.unshift(...halves);
      continue;
    }
    const [unit] = piece.units;
    // 502 to 504 come from before MISP: try later. And without fields and tags there is no update.
    if (unit === undefined || (outcome.status !== 413 && outcome.status !== 500)) throw outcome.error;
    refused.set(unit.uuid, outcome.status === 413 ? 'too large (413)' : 'MISP answers 500 to it');
  }
  // Half of a piece that MISP answered 500 to is there, and no answer showed it.
  if (refused.size > 0) latest = (await client.viewEvent(uuid, signal)) ?? latest;
  return { kind: 'edited', stored: latest, refused };
}

function headOf(plan: UpdatePlan): Head | undefined {
  const tags = [
    ...plan.removeTags.map((name) => ({ name, deleted: 1 as const })),
    ...plan.addTags.map((name) => ({ name })),
  ];
  if (tags.length === 0 && Object.keys(plan.fields).length === 0) return undefined;
  return { ...plan.fields, ...(tags.length === 0 ? {} : { Tag: tags }) };
}

/** What is added may have been there and removed softly, whence `deleted: 0`. */
function unitsOf(plan: UpdatePlan): readonly Unit[] {
  const removed = (uuid: string) => ({ uuid, deleted: 1 });
  const added = <T>(attribute: T) => ({ ...attribute, deleted: 0 });
  const object = (uuid: string, body: unknown, attributes: number): Unit => ({
    kind: 'Object',
    uuid,
    body,
    weight: 1 + attributes,
  });
  return [
    ...plan.removeAttributes.map((uuid): Unit => ({ kind: 'Attribute', uuid, body: removed(uuid), weight: 1 })),
    // MISP removes of an object's attributes only those that are named.
    ...plan.removeObjects.map(({ uuid, attributes }) =>
      object(uuid, { ...removed(uuid), Attribute: attributes.map(removed) }, attributes.length),
    ),
    ...plan.changeObjects.map(({ uuid, name, add, remove }) =>
      object(
        uuid,
        { uuid, ...(name === '' ? {} : { name }), Attribute: [...remove.map(removed), ...add.map(added)] },
        add.length + remove.length,
      ),
    ),
    ...[...plan.changeAttributes, ...plan.addAttributes].map(
      (attribute): Unit => ({ kind: 'Attribute', uuid: attribute.uuid, body: added(attribute), weight: 1 }),
    ),
    ...plan.addObjects.map((each) =>
      object(each.uuid, { ...added(each), Attribute: each.Attribute.map(added) }, each.Attribute.length),
    ),
  ];
}

function inPieces(head: Head | undefined, units: readonly Unit[]): Piece[] {
  const pieces: Unit[][] = [[]];
  let weight = 0;
  for (const unit of units) {
    if (weight > 0 && weight + unit.weight > attributesPerRequest) {
      pieces.push([]);
      weight = 0;
    }
    pieces.at(-1)?.push(unit);
    weight += unit.weight;
  }
  return pieces.map((some, index) => ({ head: index === 0 ? head : undefined, units: some }));
}

function halve({ head, units }: Piece): readonly Piece[] {
  if (head !== undefined && units.length > 0)
    return [
      { head, units: [] },
      { head: undefined, units },
    ];
  if (units.length < 2) return [];
  const middle = Math.ceil(units.length / 2);
  return [
    { head: undefined, units: units.slice(0, middle) },
    { head: undefined, units: units.slice(middle) },
  ];
}

function editOf({ head, units }: Piece, published: boolean): EventEdit {
  const bodies = (kind: Unit['kind']) => units.filter((unit) => unit.kind === kind).map(({ body }) => body);
  const attributes = bodies('Attribute');
  const objects = bodies('Object');
  return {
    published,
    ...head,
    ...(attributes.length === 0 ? {} : { Attribute: attributes }),
    ...(objects.length === 0 ? {} : { Object: objects }),
  };
}
