import { hash } from 'node:crypto';
import type { MayGoOn, SendResult, Sink } from '../sinks/sink.js';
import type { MispAttribute, MispEvent } from './types.js';

/** What of an event is ours: attributes (those of objects included) and objects by UUID, tags by name. */
export interface OwnContent {
  readonly attributes: readonly string[];
  readonly objects: readonly string[];
  readonly tags: readonly string[];
  /** Of each attribute, what the feed says of it beside its value, as a digest. Absent: not known. */
  readonly marks?: Readonly<Record<string, string>>;
}

/** What earlier revisions put into MISP. Everything else there was put there by people, and stays. */
export interface PutBefore extends OwnContent {
  /**
   * What revisions without an outcome may have put there, beside that: a MISP that broke down in the middle of one.
   * It is removed where it is no longer wanted, and sent where it is missing; whereas what certainly was there and is
   * missing now was taken out by a person, and is not brought back.
   */
  readonly tried?: OwnContent;
}

/** What a feed says of an event at one time. */
export interface EventRevision {
  /** The ledger's id of this revision: revisionId of src/ledger/feed-revisions.ts. */
  readonly alertId: string;
  readonly event: MispEvent;
  /** Undefined: the first revision. */
  readonly before: PutBefore | undefined;
  /** Its time. In kind `feed` the bytes of the file depend on nothing else than the revision and this. */
  readonly atMs: number;
  /** Publish the event once it is created or updated. */
  readonly publish: boolean;
  /** MISP has the event already, as `known` said. Only spares a request; what MISP answers decides. */
  readonly known?: boolean;
  /**
   * The feed was read in part: what earlier revisions put there, and this one does not name, stays. `before` then holds
   * of that only what this one names too, and the tags that it takes back.
   */
  readonly keeps?: true;
  /**
   * Its UUID is not of our making, and no request for it was ever made: an event that is there is of others. It stays
   * as it is, and the revision is rejected (`takenEvent`).
   */
  readonly onlyAdd?: true;
}

/** What sending a revision would do. */
export interface RevisionPreview {
  readonly action: 'create' | 'update' | 'unchanged';
  /** For people: a line for each change. */
  readonly changes: readonly string[];
}

export type TagOutcome =
  /** The event has the tag, now or before. */
  | { readonly kind: 'tagged' }
  /** There is no event any more that could have it. */
  | { readonly kind: 'absent'; readonly reason: string }
  /** MISP refuses the tag, or left it out: another time it may take it. */
  | { readonly kind: 'refused'; readonly reason: string };

/** MISP, as feeds write to it. Never two writers for one event at the same time. */
export interface RevisionSink extends Sink<EventRevision> {
  /** Those of these UUIDs whose events are there, in lower case; one question for many. */
  known(uuids: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>>;
  /** What `send` would change; changes nothing. */
  preview(revision: EventRevision, signal: AbortSignal): Promise<RevisionPreview>;
  /**
   * Gives an event one more tag, and nothing else.
   * @param mayGoOn as `send` takes it
   */
  tag(uuid: string, tag: string, signal: AbortSignal, mayGoOn?: MayGoOn): Promise<TagOutcome>;
  /**
   * Makes readable for others what `send` may leave for later, since it would be dear for each call: the indexes of a
   * feed's folder. Called once the last revision was sent; any later `send` makes up for a call that never came.
   */
  settle(signal: AbortSignal): Promise<void>;
}

/** Whose it is MISP may not even show. */
export const takenReason =
  'MISP has an event of this UUID that this feed did not write: of an alert, an analyst, another feed or organisation. It stays as it is; `adopt: true` in `format` lets this feed rewrite such events';

export const takenEvent: SendResult = {
  status: 'rejected',
  code: 'LW_ROW_TAKEN',
  reason: takenReason,
  untouched: true,
};

/** What an event of ours puts into MISP. */
export function ownContent(event: MispEvent): OwnContent {
  const objects = event.Object ?? [];
  const attributes = [...event.Attribute, ...objects.flatMap((object) => object.Attribute)];
  return {
    attributes: attributes.map(({ uuid }) => uuid),
    objects: objects.map(({ uuid }) => uuid),
    tags: event.Tag.map(({ name }) => name),
    marks: Object.fromEntries(attributes.map((attribute) => [attribute.uuid, markOf(attribute)])),
  };
}

/** Comment, flags, dates and tags of an attribute, so that it can be told whether the feed says other ones than before. */
export function markOf(attribute: MispAttribute): string {
  const { comment, to_ids, disable_correlation, first_seen, last_seen, Tag: tags = [] } = attribute;
  const said = [comment, to_ids, disable_correlation, first_seen, last_seen, ...tags.map(({ name }) => name)];
  return hash('sha256', JSON.stringify(said)).slice(0, 12);
}
