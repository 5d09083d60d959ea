import type { ReadRow, Row } from '../types.js';
import { charsetMistake } from './charset.js';
import type { FormatConfig } from './config.js';
import { tooLongRow } from './json.js';
import { JsonDocument } from './json-document.js';
import { type ReaderContext, type RecordReader, rejectedRow } from './reader.js';
import { setField } from './set-field.js';

/** How far the first key of a document may be away. */
const longestStart = 10_000;

/**
 * MISP's own event JSON: `{"Event": …}`, a bare event, a list of these, or `{"response": …}`. A row is an event: its
 * JSON in the field `event`, and beside it the event's own texts and numbers (`uuid`, `info`, `date`, …). The indexes that
 * lie beside the events of a MISP feed, `manifest.json` and `hashes.csv`, have no rows.
 */
export class MispReader implements RecordReader {
  readonly head = { columns: null, text: '' };
  readonly #format: Extract<FormatConfig, { kind: 'misp' }>;
  readonly #file: string;
  #document: JsonDocument | undefined;
  #start = '';
  #isIndex = false;
  #rows: ReadRow[] = [];
  #row = 0;

  constructor(format: Extract<FormatConfig, { kind: 'misp' }>, { file }: ReaderContext) {
    this.#format = format;
    this.#file = file;
  }

  read(text: string, rows: ReadRow[]): void {
    this.#rows = rows;
    if (this.#isIndex) return;
    if (this.#document !== undefined) {
      this.#document.read(text);
      return;
    }
    this.#start += text;
    const undecided = undecidedStart.test(this.#start) && this.#start.length <= longestStart;
    if (!undecided) this.#decide();
  }

  end(rows: ReadRow[]): void {
    this.#rows = rows;
    if (this.#document === undefined && !this.#isIndex) this.#decide();
    this.#document?.end();
  }

  #decide(): void {
    this.#isIndex = isIndex(this.#start, this.#file);
    if (!this.#isIndex) this.#open().read(this.#start);
  }

  /** Whether events stand at the top or in `response` shows in the first key. */
  #open(): JsonDocument {
    const path = /^\s*\{\s*"response"/.test(this.#start) ? ['response'] : [];
    const { maxRecordChars } = this.#format;
    this.#document = new JsonDocument(path, maxRecordChars, this.#file, {
      record: (value) => {
        this.#row += 1;
        this.#rows.push(
          value.tooLong
            ? tooLongRow(JSON.stringify(value.text), this.#file, this.#row, maxRecordChars)
            : this.#event(value.text),
        );
      },
    });
    return this.#document;
  }

  #event(raw: string): ReadRow {
    const place = { file: this.#file, row: this.#row };
    const mistake = charsetMistake(raw, this.#format.charset);
    if (mistake !== null) return rejectedRow(place.file, place.row, raw, 'LW_ROW_CHARSET', mistake);
    const value = parsed(raw);
    if (isObject(value) && isEvent(value.Event)) {
      const text = written(value.Event);
      if (text === undefined) return rejectedRow(place.file, place.row, raw, 'LW_ROW_COLUMNS', 'nests too deeply');
      return { ...place, fields: eventFields(value.Event, text), raw };
    }
    if (isEvent(value)) return { ...place, fields: eventFields(value, raw), raw };
    const what = value === undefined ? 'is no JSON' : 'is no MISP event: it has no `info`';
    return rejectedRow(place.file, place.row, raw, 'LW_ROW_COLUMNS', what);
  }
}

/** Up to the end of the first key, or of the first value of `hashes.csv`. */
const undecidedStart = /^\s*(\{\s*("[^"]*)?|[0-9a-f]{1,32})?$/i;

/** `manifest.json` has events under their UUIDs, and `{}` or `[]` of no events; `hashes.csv` MD5 and UUID in each line. */
function isIndex(start: string, file: string): boolean {
  if (/^\s*\{\s*"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"/i.test(start)) return true;
  if (/^\s*[0-9a-f]{32},/i.test(start)) return true;
  const name = file.replace(/^.*[/\\!]/s, '').toLowerCase();
  const empty = start.trim();
  return (name === 'manifest.json' && (empty === '{}' || empty === '[]')) || (name === 'hashes.csv' && empty === '');
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEvent(value: unknown): value is JsonObject {
  return isObject(value) && typeof value.info === 'string';
}

function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}

/** Undefined where it nests so deeply that the stack does not suffice: reading takes none, writing does. */
function written(event: JsonObject): string | undefined {
  try {
    return JSON.stringify(event);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function eventFields(event: JsonObject, text: string): Row['fields'] {
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(event)) {
    if (value !== null && ['string', 'number', 'boolean'].includes(typeof value)) setField(fields, name, String(value));
  }
  setField(fields, 'event', text);
  return fields;
}
