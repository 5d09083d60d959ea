import type { ChangedEvent } from '../feeds/changed-events.js';
import type { RevisionSink } from '../misp/revisions.js';
import type { EventPreview } from '../workflows/feed-types.js';
import { onlyOf, putBefore } from './revise-events.js';

/** So many events, and so many bytes of them, travel through the history. */
const shown = 100;
const shownBytes = 512 * 1024;

/** What an import would do to MISP, for a dry run: asks, and changes nothing. */
export class PreviewedEvents {
  readonly preview: EventPreview[] = [];
  created = 0;
  updated = 0;
  readonly #sink: RevisionSink;
  readonly #signal: AbortSignal;
  #bytes = 0;

  constructor(sink: RevisionSink, signal: AbortSignal) {
    this.#sink = sink;
    this.#signal = signal;
  }

  async add(events: readonly ChangedEvent[]): Promise<void> {
    if (events.length === 0) return;
    const uuids = events.map(({ event }) => event.uuid);
    const known = await this.#sink.known(uuids, this.#signal);
    for (const changed of events) {
      const isKnown = known.has(changed.event.uuid);
      if (isKnown) this.updated += 1;
      else this.created += 1;
      if (this.preview.length < shown && this.#bytes < shownBytes) await this.#show(changed, isKnown);
    }
  }

  async #show({ event, rows, last, keeps }: ChangedEvent, known: boolean): Promise<void> {
    const put = last === undefined ? undefined : putBefore(last, true);
    const before = keeps ? onlyOf(event, put) : put;
    const revision = { alertId: event.uuid, event, before, atMs: 0, publish: false, known };
    const { changes } = known ? await this.#sink.preview(revision, this.#signal) : { changes: [] };
    this.#bytes += JSON.stringify([event, changes]).length;
    this.preview.push({ action: known ? 'update' : 'create', row: rows[0]?.row ?? 0, changes, event });
  }
}
