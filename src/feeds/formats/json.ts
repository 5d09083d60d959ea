import { isRejected, type ReadRow } from '../types.js';
import type { JsonFormat } from './config.js';
import { JsonDocument } from './json-document.js';
import { jsonRow } from './json-lines.js';
import { parsePath, rawAtKey } from './json-path.js';
import { keptChars, type ReaderContext, type RecordReader, rejectedRow } from './reader.js';
import { setField } from './set-field.js';

/**
 * One JSON document. A record whose brackets match but that is no JSON is a rejected row; where the document around the
 * records is broken, nothing can be read on.
 */
export class JsonReader implements RecordReader {
  readonly head = { columns: null, text: '' };
  readonly #document: JsonDocument;
  #rows: ReadRow[] = [];
  #row = 0;

  constructor(format: JsonFormat, { file }: ReaderContext) {
    const { charset, maxRecordChars, keyField } = format;
    const path = parsePath(format.path);
    this.#document = new JsonDocument(path, maxRecordChars, file, {
      record: (value, key) => {
        this.#row += 1;
        if (value.tooLong) {
          this.#rows.push(tooLongRow(rawAtKey(JSON.stringify(value.text), path, key), file, this.#row, maxRecordChars));
          return;
        }
        const row = jsonRow(value.text, rawAtKey(value.text, path, key), { file, row: this.#row, charset });
        if (isRejected(row) || keyField === undefined || key === undefined) this.#rows.push(row);
        else {
          const fields = { ...row.fields };
          setField(fields, keyField, key);
          this.#rows.push({ ...row, fields });
        }
      },
    });
  }

  read(text: string, rows: ReadRow[]): void {
    this.#rows = rows;
    this.#document.read(text);
  }

  end(rows: ReadRow[]): void {
    this.#rows = rows;
    this.#document.end();
  }
}

/** @param raw the beginning of the record as a JSON string: anything else would break the document of rejected rows */
export function tooLongRow(raw: string, file: string, row: number, maxRecordChars: number): ReadRow {
  const reason = `the record has more than ${maxRecordChars} characters; its first ${keptChars} are kept`;
  return rejectedRow(file, row, raw, 'LW_ROW_COLUMNS', reason);
}
