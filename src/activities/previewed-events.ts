import type { ChangedEvent } from '../feeds/changed-events.js';
import { ownContent, type RevisionPreview, type RevisionSink } from '../misp/revisions.js';
import type { EventPreview } from '../workflows/feed-types.js';
import { onlyOf, putBefore, wholeContent } from './revise-events.js';

/** So many events, and so many bytes of them, travel through the history. */
const shown = 100;
const shownBytes = 512 * 1024;

/** What an import would do to MISP, for a dry run: asks, and changes nothing. */
export class PreviewedEvents {
  readonly preview: EventPreview[] = [];
  created = 0;
  /** Those among them that are not in `preview` were not looked at: nothing of them may change. */
  updated = 0;
  unchanged = 0;
  readonly #sink: RevisionSink;
  readonly #signal: AbortSignal;
  #looked = 0;
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
      if (this.#looked < shown && this.#bytes < shownBytes) {
        this.#looked += 1;
        await this.#show(changed, isKnown);
      } else this.#count(isKnown ? 'update' : 'create');
    }
  }

  async #show({ event, rows, last, keeps }: ChangedEvent, known: boolean): Promise<void> {
    const put = last === undefined ? undefined : putBefore(last, true);
    const before =
      keeps && put !== undefined ? onlyOf(event, { content: wholeContent(ownContent(event), last), before: put }) : put;
    const revision = { alertId: event.uuid, event, before, atMs: 0, publish: false, known };
    const { action, changes } = known
      ? await this.#sink.preview(revision, this.#signal)
      : { action: 'create' as const, changes: [] };
    this.#count(action);
    if (action === 'unchanged') return;
    this.#bytes += JSON.stringify([event, changes]).length;
    const { file = '', row = 0 } = rows[0] ?? {};
    this.preview.push({ action, file, row, changes, event });
  }

  #count(action: RevisionPreview['action']): void {
    if (action === 'create') this.created += 1;
    else if (action === 'update') this.updated += 1;
    else this.unchanged += 1;
  }
}
