import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { isRecord } from '../../config/is-record.js';
import { isLurewatchError, LurewatchError } from '../../errors/lurewatch-error.js';
import { quoted } from '../../misp/check-value.js';
import { decodeText } from '../formats/decode-text.js';
import { JsonDocument } from '../formats/json-document.js';
import type { CutValue } from '../formats/json-scanner.js';
import type { ListedEvent, RejectedRow } from '../types.js';

/** An event of a manifest. */
export interface ManifestEntry extends ListedEvent {
  /** The UUID as the manifest writes it: the event's file is called so. */
  readonly written: string;
}

export interface Manifest {
  /** Each event once, by its UUID. */
  readonly entries: ReadonlyMap<string, ManifestEntry>;
  /** Entries that name no event. Their names come from whoever wrote the manifest, and never become a path. */
  readonly rejected: readonly RejectedRow[];
}

export interface ManifestFile {
  /** Where the configuration names the source. */
  readonly where: string;
  /** As errors name it. */
  readonly name: string;
  readonly path: string;
}

/** What is kept of each in memory, and in the ledger, is small; a feed of more is none. */
const mostEntries = 250_000;
/** An entry is title, organisation and tags; a longer one is passed over, and its event fetched each time. */
const longestEntryChars = 1024 * 1024;
const uuidShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const emptyList = /^\s*\[\s*\]\s*$/;

/**
 * Reads the manifest of a feed of MISP, `{"<uuid>": {"timestamp": "…", …}, …}`, in the memory of what it keeps of its
 * entries. PHP writes `[]` for one without events.
 * @throws LW_FEED_FORMAT where it is no manifest, LW_FEED_TOO_LARGE
 */
export async function readManifest(file: ManifestFile, signal: AbortSignal | undefined): Promise<Manifest> {
  const entries = new Map<string, ManifestEntry>();
  const rejected: RejectedRow[] = [];
  if (emptyList.test(await startOf(file.path))) return { entries, rejected };
  let row = 0;
  const starKey = (key: string) => {
    row += 1;
    if (row > mostEntries) throw tooMany(file);
    const uuid = key.toLowerCase();
    if (!uuidShape.test(key)) {
      const reason = `${quoted(key)} is no UUID: nothing was fetched for this entry`;
      rejected.push({ file: file.name, row, raw: '', code: 'LW_ROW_VALUE', reason });
    } else if (!entries.has(uuid)) entries.set(uuid, { uuid, written: key, timestamp: '' });
  };
  const record = (value: CutValue, key = '') => {
    const uuid = key.toLowerCase();
    const known = entries.get(uuid);
    if (known === undefined) return;
    // Listed twice, it is what the newest entry says.
    const timestamp = timestampOf(value);
    if (Number(known.timestamp) < Number(timestamp)) entries.set(uuid, { uuid, written: key, timestamp });
  };
  const document = new JsonDocument(['*'], longestEntryChars, file.name, { starKey, record });
  try {
    for await (const text of decodeText(createReadStream(file.path), 'utf-8')) {
      signal?.throwIfAborted();
      document.read(text);
    }
    document.end();
  } catch (error) {
    if (isLurewatchError(error, 'LW_FEED_FORMAT', 'LW_FEED_TRUNCATED')) throw noManifest(file, error);
    throw error;
  }
  return { entries, rejected };
}

/** '' where it has none that could be compared. */
function timestampOf({ text, tooLong }: CutValue): string {
  const entry = tooLong ? undefined : parsed(text);
  const timestamp = isRecord(entry) ? String(entry.timestamp).trim() : '';
  return /^\d{1,15}$/.test(timestamp) ? timestamp : '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function startOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return bytesRead === 64 ? '' : buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function noManifest({ name, where }: ManifestFile, cause: LurewatchError): LurewatchError {
  const place = cause.where === undefined ? '' : ` (${cause.where.replace(`${name}, `, '')})`;
  return new LurewatchError('LW_FEED_FORMAT', `${name} is no manifest of a MISP feed: ${cause.what}${place}`, {
    where,
    mend: 'Nothing was imported. `source.url` must be the folder of the feed, with `/` at its end, or its manifest.json.',
    cause,
  });
}

function tooMany({ name, where }: ManifestFile): LurewatchError {
  return new LurewatchError('LW_FEED_TOO_LARGE', `${name} lists more than ${mostEntries} events`, { where });
}
