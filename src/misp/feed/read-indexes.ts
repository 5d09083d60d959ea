import { join } from 'node:path';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { JsonDocument } from '../../feeds/formats/json-document.js';
import { Lines } from '../../feeds/formats/lines.js';
import { parseJson } from './parse-json.js';
import { optionalPieces } from './read-optional.js';

/** What an index says of an event: a piece of the text that it is written as. */
export interface Listed {
  readonly uuid: string;
  readonly text: string;
}

/** An entry of the manifest has some hundred characters, or a thousand tags; a line of the hashes has seventy. */
const longestEntry = 16 * 1024 * 1024;
const longestLine = 64 * 1024;

/**
 * The entries of manifest.json, some at a time, each on one line: `"<uuid>":{…}`. However another writer laid them out,
 * no more than one of them is held. Of a manifest that is damaged, those before the damage: the rest is made anew from
 * the files.
 */
export async function* manifestEntries(folder: string): AsyncGenerator<readonly Listed[]> {
  let entries: Listed[] = [];
  let isSound = true;
  const document = new JsonDocument(['*'], longestEntry, 'manifest.json', {
    record: ({ text, tooLong }, uuid) => {
      if (tooLong || uuid === undefined || !isSound) return;
      const parsed = parseJson(text);
      isSound = parsed !== undefined;
      if (!isSound || !text.startsWith('{')) return;
      const onOneLine = text.includes('\n') ? JSON.stringify(parsed) : text;
      entries.push({ uuid, text: `${JSON.stringify(uuid)}:${onOneLine}` });
    },
  });
  for await (const piece of optionalPieces(join(folder, 'manifest.json'))) {
    isSound = isRead(() => document.read(piece)) && isSound;
    yield entries;
    if (!isSound) return;
    entries = [];
  }
}

/** False where it is no JSON. */
function isRead(read: () => void): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof LurewatchError) return false;
    throw error;
  }
}

/** The lines of hashes.csv, each with its end, some at a time. What names no event is none of them. */
export async function* hashesLines(folder: string): AsyncGenerator<readonly Listed[]> {
  let listed: Listed[] = [];
  const lines = new Lines(longestLine, {
    line: (line) => {
      const uuid = line.split(',', 2)[1]?.trim();
      if (uuid !== undefined) listed.push({ uuid, text: `${line}\n` });
    },
    longLine: () => undefined,
  });
  for await (const piece of optionalPieces(join(folder, 'hashes.csv'))) {
    lines.read(piece);
    yield listed;
    listed = [];
  }
  lines.end();
  yield listed;
}
