import type { AlertDocument } from '../alerts/types.js';
import { isLurewatchError, LurewatchError } from '../errors/lurewatch-error.js';
import type { SendResult, Sink } from '../sinks/sink.js';
import type { StoredEvent } from './answers.js';
import type { AddEventOutcome, MispClient } from './client.js';
import { attributesPerRequest, completeEvent } from './complete-event.js';
import type { MispEvent } from './types.js';

export interface MispServerSinkOptions {
  /** MISP's address, as people open it. */
  readonly url: string;
  readonly verify: boolean;
  readonly concurrency: number;
  /** The bound of one `send`, which may be several requests. */
  readonly sendTimeoutMs: number;
}

/** From our giving up until nothing of the request can be on its way any more. */
const marginMs = 10_000;

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
  readonly #base: string;

  constructor(client: MispClient, options: MispServerSinkOptions) {
    this.#client = client;
    this.#options = options;
    this.#base = options.url.replace(/\/+$/, '');
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
          : await this.#bounded(signal, (both) => this.#sendEvent(mispEvent, both)),
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
    const findings = [
      `${this.#base}: MISP ${version.version} accepts the key`,
      `role of this user: synchronise ${may(version.perm_sync)}, sightings ${may(version.perm_sighting)}, galaxies ${may(version.perm_galaxy_editor)}; MISP tells here neither whether it may add events nor whether it may create tags`,
    ];
    if (!this.#options.verify) findings.push('warning: `verify: false`, the certificate of MISP is not verified');
    if (this.#base.startsWith('http:')) findings.push('warning: `insecure: true`, the key travels unencrypted');
    return findings;
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #bounded<T>(signal: AbortSignal, work: (both: AbortSignal) => Promise<T>): Promise<T> {
    const limit = AbortSignal.timeout(this.#options.sendTimeoutMs);
    try {
      return await work(AbortSignal.any([signal, limit]));
    } catch (error) {
      if (isLurewatchError(error) || signal.aborted || !limit.aborted) throw error;
      const what = `not done within ${this.#options.sendTimeoutMs} ms`;
      throw new LurewatchError('LW_MISP_AMBIGUOUS', what, { where: 'misp', cause: error });
    }
  }

  async #sendEvent(event: MispEvent, signal: AbortSignal): Promise<SendResult> {
    const outcome = await this.#add(event, signal);
    switch (outcome.kind) {
      case 'rejected':
        return { status: 'rejected', reason: outcome.reason };
      case 'tooLarge':
        return { status: 'rejected', reason: 'MISP or a proxy before it answers 413 even to the event alone' };
      case 'added':
        return await this.#complete(event, outcome.stored, signal);
      case 'exists': {
        const stored = await afterwards(() => this.#client.viewEvent(event.uuid, signal));
        if (stored !== undefined) return await this.#complete(event, stored, signal);
        const warning = 'MISP has an event of this UUID that this user may not see: it was not looked at';
        return { status: 'delivered', reference: this.#reference(outcome.id ?? event.uuid), warnings: [warning] };
      }
    }
  }

  /** Adds the event with as many attributes as pass; the rest follows when it is completed. */
  async #add(event: MispEvent, signal: AbortSignal): Promise<AddEventOutcome> {
    let size = Math.min(event.Attribute.length, attributesPerRequest);
    for (;;) {
      try {
        const outcome = await this.#client.addEvent(event, event.Attribute.slice(0, size), signal);
        if (outcome.kind !== 'tooLarge' || size === 0) return outcome;
        size = Math.floor(size / 2);
      } catch (error) {
        if (!isLurewatchError(error, 'LW_MISP_AMBIGUOUS')) throw error;
        return await this.#lookUp(event, error, signal);
      }
    }
  }

  /** After a request without a usable answer: what MISP holds decides. */
  async #lookUp(event: MispEvent, unclear: LurewatchError, signal: AbortSignal): Promise<AddEventOutcome> {
    // What the look-up met matters less than that the first request is still unclear.
    const stored = await this.#client.viewEvent(event.uuid, signal).catch(() => undefined);
    if (stored === undefined) throw unclear;
    return { kind: 'added', stored };
  }

  async #complete(event: MispEvent, stored: StoredEvent, signal: AbortSignal): Promise<SendResult> {
    const warnings = await afterwards(() => completeEvent(this.#client, event, stored, signal));
    const reference = this.#reference(stored.id);
    return warnings.length === 0 ? { status: 'delivered', reference } : { status: 'delivered', reference, warnings };
  }

  #reference(id: string): string {
    return `${this.#base}/events/view/${id}`;
  }
}

/** Once the event is in MISP, "certainly not carried out" is no longer true of the call. */
async function afterwards<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isLurewatchError(error, 'LW_MISP_UNAVAILABLE')) throw error;
    throw new LurewatchError('LW_MISP_AMBIGUOUS', `the event is in MISP, and completing it met: ${error.what}`, {
      where: error.where,
      cause: error,
      retryAfterMs: error.retryAfterMs,
    });
  }
}
