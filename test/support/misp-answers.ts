import type { MemoryAttribute, MemoryEvent } from './misp-memory-types.js';

/** How the stand-in MISP answers. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export function message(text: string): { readonly name: string; readonly message: string } {
  return { name: text, message: text };
}

export function forbidden(text: string, url: string): Answer {
  return { status: 403, body: { ...message(text), url } };
}

export function lacksPermission(url: string): Answer {
  return forbidden('You do not have permission to use this functionality.', url);
}

export function internalError(): Answer {
  return { status: 500, body: { ...message('An Internal Error Has Occurred.'), url: '/' } };
}

export function wrongInput(): Answer {
  return { status: 405, body: message('Invalid input.') };
}

export function unknownEvent(): Answer {
  return { status: 404, body: { ...message('Invalid event'), url: '/events/view' } };
}

export function invalidEvent(errors: unknown): Answer {
  const url = '/events/add';
  return { status: 403, body: { saved: false, ...message('Could not add Event'), url, errors: { Event: errors } } };
}

export function notSaved(what: string, url: string, errors: unknown): Answer {
  return { status: 403, body: { saved: false, ...message(what), url, errors } };
}

/** As `events/view` shows it: numbers as strings, and nothing of what was removed. */
export function show(event: MemoryEvent): unknown {
  const { visible: _visible, foreign: _foreign, removed: _removed, removedObjects: _objects, ...rest } = event;
  const { tags, attributes, objects, timestamp, publishedAt, ...fields } = rest;
  const inEvent = (attribute: MemoryAttribute) => ({
    ...attribute,
    event_id: event.id,
    distribution: '5',
    deleted: false,
  });
  return {
    Event: {
      ...fields,
      timestamp: String(timestamp),
      publish_timestamp: String(publishedAt),
      attribute_count: String(attributes.length),
      Attribute: attributes.map(inEvent),
      Object: objects.map(({ attributes: own, references, ...object }) => ({
        ...object,
        event_id: event.id,
        deleted: false,
        Attribute: own.map(inEvent),
        ObjectReference: references.map((reference) => ({ ...reference, event_id: event.id, deleted: false })),
      })),
      Tag: tags.map((name) => ({ name, colour: '#ffffff', local: false })),
    },
  };
}
