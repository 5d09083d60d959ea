import { encodeMarked, plainCharset } from './charset.js';
import type { FormatConfig } from './config.js';
import { documentAround } from './json-path.js';
import type { FeedHead } from './reader.js';

/**
 * The bytes of a file of rejected rows: in the format and charset of their source, so that, mended, it is imported with
 * the same `format`.
 * @param head of the file that the rows come from (`readHead`)
 * @param raws `raw` of the rows
 */
export async function* rejectedFile(
  format: FormatConfig,
  head: FeedHead,
  raws: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<Buffer> {
  const plain = plainCharset(format.charset);
  const charset = plain === 'utf-16' ? 'utf-16le' : plain;
  if (plain === 'utf-16') yield Buffer.of(0xff, 0xfe);
  for await (const text of rejectedTexts(format, head, raws)) yield encodeMarked(text, charset);
}

async function* rejectedTexts(
  format: FormatConfig,
  head: FeedHead,
  raws: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<string> {
  if (format.kind !== 'json' && format.kind !== 'misp') {
    if (head.text !== '') yield `${head.text}\n`;
    for await (const raw of raws) yield `${raw}\n`;
    return;
  }
  const { before, after } = documentAround(format);
  yield `${before}\n`;
  let first = true;
  for await (const raw of raws) {
    yield first ? raw : `,\n${raw}`;
    first = false;
  }
  yield first ? `${after}\n` : `\n${after}\n`;
}
