import type { StoreRecord } from './store.js';

/**
 * Small records that are created together share one file, which every one of their names is a link to: a batch then
 * costs one new file and one fsync, and not fifty. Its text stays readable: a line with key and length before each body.
 */
const heading = 'lurewatch records 1\n';
const headingBytes = Buffer.from(heading);

/** So small that a copy of the folder that knows no links (`cp -r`, `rsync` without -H) grows only a few times. */
const maxPackBytes = 32 * 1024;

/** Records that share a file; `body` is what stands in it. */
export interface Pack {
  readonly records: readonly StoreRecord[];
  readonly body: Buffer;
}

/** Only JSON is packed: everything else (evidence above all) is also read by its path, and stands as it is. */
export function isPackable(key: string): boolean {
  return key.endsWith('.json');
}

/** Keeps the order of the records within what is packed and what stands alone. */
export function packsOf(records: readonly StoreRecord[]): readonly Pack[] {
  const packs: Pack[] = records.filter(({ key }) => !isPackable(key)).map((record) => alone(record));
  let gathered: StoreRecord[] = [];
  let bytes = 0;
  const finish = () => {
    if (gathered.length > 0) packs.push(packed(gathered));
    gathered = [];
    bytes = 0;
  };
  for (const record of records) {
    if (!isPackable(record.key)) continue;
    if (bytes + record.body.length > maxPackBytes) finish();
    gathered.push(record);
    bytes += record.body.length;
  }
  finish();
  return packs;
}

/** The body of a record in the file that its name leads to; undefined where the file does not hold it. */
export function bodyIn(file: Buffer, key: string): Buffer | undefined {
  if (!isPackable(key) || !isPack(file)) return file;
  for (let at = headingBytes.length; at < file.length; ) {
    const lineEnd = file.indexOf(0x0a, at);
    const [found, length] = file.toString('latin1', at, lineEnd).split(' ');
    const end = lineEnd + 1 + Number(length);
    if (lineEnd < 0 || !(end <= file.length)) return undefined;
    if (found === key) return file.subarray(lineEnd + 1, end);
    at = end;
  }
  return undefined;
}

function packed(records: readonly StoreRecord[]): Pack {
  const [first] = records;
  if (first !== undefined && records.length === 1 && !isPack(first.body)) return alone(first);
  const pieces = records.flatMap(({ key, body }) => [Buffer.from(`${key} ${body.length}\n`), body]);
  return { records, body: Buffer.concat([headingBytes, ...pieces]) };
}

function alone(record: StoreRecord): Pack {
  return { records: [record], body: record.body };
}

export function isPack(file: Buffer): boolean {
  return file.subarray(0, headingBytes.length).equals(headingBytes);
}
