import type { AlertDocument } from '../alerts/types.js';
import { LurewatchError } from '../errors/lurewatch-error.js';
import type { Store } from '../store/store.js';
import { keys } from './keys.js';
import { createRecords, readRecords } from './record-set.js';
import { alertDocumentSchema } from './records.js';

/** Alert documents, kept under their alert id before anything is sent: every attempt sends those very values. */
export class AlertLedger {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async find(alertIds: readonly string[]): Promise<readonly (AlertDocument | undefined)[]> {
    return readRecords(this.#store, alertDocumentSchema, alertIds.map(keys.alert));
  }

  /** Throws LW_STORE_CORRUPT where one is missing: it was stored before anybody could ask for it. */
  async read(alertIds: readonly string[]): Promise<readonly AlertDocument[]> {
    const found = await this.find(alertIds);
    return found.map((document, index) => {
      if (document !== undefined) return document;
      throw new LurewatchError('LW_STORE_CORRUPT', `the document of alert ${alertIds[index]} is not in the store`);
    });
  }

  /** Stores documents that are not there yet; answers with what stands in the store, in the order given. */
  async create(documents: readonly AlertDocument[]): Promise<readonly AlertDocument[]> {
    const created = await createRecords(
      this.#store,
      documents.map((document) => ({ key: keys.alert(document.alertId), record: document })),
    );
    const known = await this.read(documents.filter((_, index) => !created[index]).map(({ alertId }) => alertId));
    const byId = new Map(known.map((document) => [document.alertId, document]));
    return documents.map((document) => byId.get(document.alertId) ?? document);
  }
}
