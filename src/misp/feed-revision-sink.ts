import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { inParallel } from '../sinks/in-parallel.js';
import type { MayGoOn, SendResult } from '../sinks/sink.js';
import { appendToFeed, settleFeed } from './feed/folder.js';
import { checkFolder, lockDefaults, onFolder, workMs } from './feed/folder-access.js';
import type { LockTimes } from './feed/folder-lock.js';
import { withTag } from './feed/format.js';
import { readOptional } from './feed/read-optional.js';
import { revisedFile } from './feed/revised-file.js';
import type { MispFeedSinkOptions } from './feed-sink.js';
import {
  type EventRevision,
  type RevisionPreview,
  type RevisionSink,
  type TagOutcome,
  takenEvent,
} from './revisions.js';

const filesAtOnce = 16;

/**
 * A MISP feed in a folder, for the events of feeds. A revision replaces the event's file, with a newer timestamp by
 * which subscribers know it. Manifest and hashes follow when a good part of the events has changed, and with `settle`:
 * made anew in each call they would cost the square of the events.
 */
export class MispFeedRevisionSink implements RevisionSink {
  readonly name = 'misp';
  readonly repeats = 'server';
  readonly alertsPerCall = 500;
  readonly concurrency = 1;
  readonly inFlightMs: number;
  readonly #options: MispFeedSinkOptions;
  readonly #lock: LockTimes;

  constructor(options: MispFeedSinkOptions) {
    this.#options = { ...options, folder: resolve(options.folder) };
    this.#lock = options.lock ?? lockDefaults;
    this.inFlightMs = this.#lock.waitMs + workMs;
  }

  wants(): boolean {
    return true;
  }

  async send(
    revisions: readonly EventRevision[],
    signal: AbortSignal,
    mayGoOn?: MayGoOn,
  ): Promise<readonly SendResult[]> {
    const { folder } = this.#options;
    const files = new Map(
      revisions.map((revision) => [
        revision.event.uuid,
        (there: string | undefined) =>
          revision.onlyAdd !== undefined && there !== undefined ? undefined : this.#text(revision, there),
      ]),
    );
    const changes = await onFolder(folder, () => appendToFeed(folder, files, this.#lock, signal, mayGoOn));
    return revisions.map(({ event: { uuid }, onlyAdd }) => {
      const action = changes.get(uuid);
      if (onlyAdd !== undefined && action === undefined) return takenEvent;
      return { status: 'delivered', action: action ?? 'unchanged', reference: this.#path(uuid) };
    });
  }

  async known(uuids: readonly string[]): Promise<ReadonlySet<string>> {
    const known = new Set<string>();
    await inParallel(uuids, filesAtOnce, async (uuid) => {
      const there = await access(this.#path(uuid)).then(
        () => true,
        () => false,
      );
      if (there) known.add(uuid.toLowerCase());
    });
    return known;
  }

  async preview(revision: EventRevision): Promise<RevisionPreview> {
    const there = await onFolder(this.#options.folder, () => readOptional(this.#path(revision.event.uuid)));
    if (there === undefined) return { action: 'create', changes: [] };
    if (there === this.#text(revision, there)) return { action: 'unchanged', changes: [] };
    const what = revision.keeps === true ? 'the file is completed' : 'the file is replaced';
    return { action: 'update', changes: [what] };
  }

  async tag(uuid: string, tag: string, signal: AbortSignal, mayGoOn?: MayGoOn): Promise<TagOutcome> {
    const { folder } = this.#options;
    const tagged = (there: string | undefined) => (there === undefined ? undefined : withTag(there, tag, Date.now()));
    return await onFolder(folder, async () => {
      const changes = await appendToFeed(folder, new Map([[uuid, tagged]]), this.#lock, signal, mayGoOn);
      return changes.has(uuid) ? { kind: 'tagged' } : { kind: 'absent', reason: 'the feed has no such event' };
    });
  }

  async settle(signal: AbortSignal): Promise<void> {
    const { folder } = this.#options;
    await onFolder(folder, () => settleFeed(folder, this.#lock, signal));
  }

  async check(): Promise<readonly string[]> {
    return await checkFolder(this.#options.folder);
  }

  async close(): Promise<void> {
    // Nothing is held between two calls.
  }

  /** Whoever subscribes decides what to publish; `published` tells what the feed thinks of it. */
  #text({ event, atMs, publish, keeps, before }: EventRevision, there: string | undefined): string {
    const takesBack = [...(before?.tags ?? []), ...(before?.tried?.tags ?? [])];
    const revised = { event: { ...event, published: publish }, atMs, keeps: keeps === true, takesBack };
    return revisedFile(there, revised, this.#options.organisation);
  }

  #path(uuid: string): string {
    return join(this.#options.folder, `${uuid.toLowerCase()}.json`);
  }
}
