import type { AlertDocument } from '../alerts/types.js';
import type { Warning } from '../errors/warning.js';
import type { SendResult, Sink } from '../sinks/sink.js';
import { addEvent } from './add-event.js';
import { afterwards, bounded, marginMs } from './bounded.js';
import type { MispClient } from './client.js';
import { completeEvent } from './complete-event.js';
import { completeObjects, droppedFromObjects, droppedReferences } from './complete-objects.js';
import { baseAddress, eventReference, serverFindings } from './server-address.js';
import type { StoredEvent } from './stored-event.js';
import { rejectable } from './too-large.js';
import type { MispEvent } from './types.js';

export interface MispServerSinkOptions {
  /** MISP's address, as people open it. */
  readonly url: string;
  readonly verify: boolean;
  readonly concurrency: number;
  /** The bound of one `send`, which may be several requests. */
  readonly sendTimeoutMs: number;
}

export const hiddenEvent: Warning = {
  code: 'LW_WARN_HIDDEN',
  reason: 'MISP has an event of this UUID that this user may not see: it was not looked at',
};

/**
 * MISP itself. Sending an event again is safe at any time: its UUID is ours, and MISP stores a UUID once. So whatever
 * an earlier attempt left, half an event included, the next one finds and completes.
 */
export class MispServerSink implements Sink {
  readonly name = 'misp';
  readonly repeats = 'server';
  readonly alertsPerCall = 1;
  readonly concurrency: number;
  readonly inFlightMs: number;
  readonly #client: MispClient;
  readonly #options: MispServerSinkOptions;

  constructor(client: MispClient, options: MispServerSinkOptions) {
    this.#client = client;
    this.#options = options;
    this.concurrency = options.concurrency;
    this.inFlightMs = options.sendTimeoutMs + marginMs;
  }

  wants(document: AlertDocument): boolean {
    return document.mispEvent !== null;
  }

  async send(documents: readonly AlertDocument[], signal: AbortSignal): Promise<readonly SendResult[]> {
    const results: SendResult[] = [];
    for (const { mispEvent } of documents) {
      results.push(
        mispEvent === null
          ? { status: 'delivered', reference: '' }
          : await bounded(this.#options.sendTimeoutMs, signal, (both) =>
              rejectable(() => this.#sendEvent(mispEvent, both)),
            ),
      );
    }
    return results;
  }

  async find(document: AlertDocument, signal: AbortSignal): Promise<string | undefined> {
    if (document.mispEvent === null) return undefined;
    const stored = await this.#client.viewEvent(document.mispEvent.uuid, signal);
    return stored === undefined ? undefined : this.#reference(stored.id);
  }

  async check(signal?: AbortSignal): Promise<readonly string[]> {
    const version = await this.#client.version(signal);
    const may = (flag: boolean | undefined): string => (flag === undefined ? 'not told' : flag ? 'yes' : 'no');
    return [
      `${baseAddress(this.#options.url)}: MISP ${version.version} accepts the key`,
      `role of this user: synchronise ${may(version.perm_sync)}, sightings ${may(version.perm_sighting)}, galaxies ${may(version.perm_galaxy_editor)}; MISP tells here neither whether it may add events nor whether it may create tags`,
      ...serverFindings(this.#options),
    ];
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #sendEvent(event: MispEvent, signal: AbortSignal): Promise<SendResult> {
    const outcome = await addEvent(this.#client, event, signal);
    switch (outcome.kind) {
      case 'rejected':
        return { status: 'rejected', reason: outcome.reason };
      case 'tooLarge':
        return { status: 'rejected', reason: 'MISP or a proxy before it answers 413 even to the event alone' };
      case 'added':
      case 'found':
        return await this.#complete(event, outcome.stored, signal);
      case 'exists': {
        const stored = await afterwards(() => this.#client.viewEvent(event.uuid, signal));
        if (stored !== undefined) return await this.#complete(event, stored, signal);
        const reference = this.#reference(outcome.id ?? event.uuid);
        return { status: 'delivered', reference, warnings: [hiddenEvent] };
      }
    }
  }

  async #complete(event: MispEvent, stored: StoredEvent, signal: AbortSignal): Promise<SendResult> {
    const objects = event.Object ?? [];
    const warnings = [
      ...(await afterwards(() => completeEvent(this.#client, event, stored, signal))),
      ...(await afterwards(() => completeObjects(this.#client, event.uuid, objects, stored, signal))),
      ...droppedFromObjects(objects, stored),
      ...droppedReferences(objects, stored),
    ];
    const reference = this.#reference(stored.id);
    return warnings.length === 0 ? { status: 'delivered', reference } : { status: 'delivered', reference, warnings };
  }

  #reference(id: string): string {
    return eventReference(this.#options.url, id);
  }
}
