import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { Secret } from '../../src/config/secret.js';
import { mispServerSchema } from '../../src/misp/config.js';
import { createMispRevisionSink } from '../../src/misp/create-sink.js';
import { attributeUuid, eventUuid } from '../../src/misp/identity.js';
import { type EventRevision, ownContent, type PutBefore, type RevisionSink } from '../../src/misp/revisions.js';
import type { MispAttribute, MispEvent, MispObject, MispObjectAttribute } from '../../src/misp/types.js';
import type { SendResult } from '../../src/sinks/sink.js';
import type { MemoryEvent } from './misp-memory-types.js';
import { type MispServer, type MispServerOptions, startMispServer } from './misp-server.js';

export const { signal } = new AbortController();

/** A stand-in MISP and the sink of feeds for it; both end with the test. */
export async function startFeedMisp(
  context: TestContext,
  options: MispServerOptions = {},
  config: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly server: MispServer; readonly sink: RevisionSink }> {
  const server = await startMispServer(options);
  context.after(() => server.close());
  return { server, sink: revisionSinkFor(context, server, config) };
}

export function revisionSinkFor(
  context: TestContext,
  server: Pick<MispServer, 'url' | 'key'>,
  config: Readonly<Record<string, unknown>> = {},
): RevisionSink {
  const parsed = mispServerSchema.parse({ url: server.url, key: { env: 'MISP_KEY' }, insecure: true, ...config });
  const sink = createMispRevisionSink(parsed, () => new Secret(server.key), process.cwd());
  context.after(() => sink.close());
  return sink;
}

export interface Said {
  readonly key?: string;
  readonly info?: string;
  readonly date?: string;
  readonly tags?: readonly string[];
  readonly texts?: readonly string[];
  readonly urls?: readonly string[];
  /** Addresses that stand in objects, one each. */
  readonly posts?: readonly string[];
}

/** What a feed says of a leak. */
export function feedEvent(said: Said = {}): MispEvent {
  const uuid = eventUuid(`feed ransomwatch ${said.key ?? 'one'}`);
  const texts = (said.texts ?? ['Example Corp']).map((value) => attribute(uuid, 'comment', 'External analysis', value));
  const urls = (said.urls ?? ['https://leak.example/1']).map((value) =>
    attribute(uuid, 'url', 'Network activity', value),
  );
  const posts = (said.posts ?? []).map((value) => post(uuid, value));
  return {
    uuid,
    info: said.info ?? '[ransomwatch] lockbit - victim:Example Corp(2026-03-01)',
    date: said.date ?? '2026-03-01',
    threat_level_id: '4',
    analysis: '0',
    distribution: '0',
    published: false,
    Tag: (said.tags ?? ['ransomwatch', 'actor:lockbit']).map((name) => ({ name })),
    Attribute: [...texts, ...urls],
    ...(posts.length === 0 ? {} : { Object: posts }),
  };
}

export function revision(event: MispEvent, changes: Partial<EventRevision> = {}): EventRevision {
  const number = changes.before === undefined ? 1 : 2;
  return {
    alertId: `${event.uuid}.${number}`,
    event,
    before: undefined,
    atMs: Date.UTC(2026, 2, number),
    publish: false,
    ...changes,
  };
}

export function putBy(...events: readonly MispEvent[]): PutBefore {
  const all = events.map(ownContent);
  return {
    attributes: all.flatMap(({ attributes }) => attributes),
    objects: all.flatMap(({ objects }) => objects),
    tags: all.flatMap(({ tags }) => tags),
  };
}

type Delivered = SendResult & { readonly status: 'delivered' };

export async function sendRevision(sink: RevisionSink, sent: EventRevision): Promise<Delivered> {
  const [result] = await sink.send([sent], signal);
  assert.equal(result?.status, 'delivered', JSON.stringify(result));
  assert.ok(result?.status === 'delivered');
  return result;
}

/** What MISP holds of an event. */
export function held(server: MispServer, { uuid }: Pick<MispEvent, 'uuid'>): MemoryEvent {
  const event = server.events.get(uuid);
  assert.ok(event !== undefined, 'MISP has no such event');
  return event;
}

export function values(event: MemoryEvent): readonly string[] {
  return event.attributes.map(({ value }) => value);
}

function attribute(event: string, type: string, category: string, value: string): MispAttribute {
  const uuid = attributeUuid(event, type, category, value);
  return { uuid, type, category, value, comment: '', to_ids: false, disable_correlation: false };
}

function post(event: string, url: string): MispObject {
  const uuid = attributeUuid(event, 'object', 'ransomware-group-post', url);
  const relations = [
    ['link', attribute(uuid, 'url', 'Network activity', url)],
    ['actor-name', attribute(uuid, 'text', 'Other', 'lockbit')],
  ] as const;
  return {
    uuid,
    name: 'ransomware-group-post',
    'meta-category': 'misc',
    template_uuid: '52a0e179-4942-41e6-90f5-7db856fd6f39',
    template_version: '4',
    description: 'Ransomware group post as monitored by ransomlook.io',
    comment: '',
    Attribute: relations.map(([object_relation, each]): MispObjectAttribute => ({ ...each, object_relation })),
  };
}
