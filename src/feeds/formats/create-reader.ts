import type { FormatConfig } from './config.js';
import { DelimitedReader } from './delimited.js';
import { JsonReader } from './json.js';
import { jsonLineParser } from './json-lines.js';
import { keyValueParser } from './key-value.js';
import { LineReader } from './line-reader.js';
import { listParser } from './list.js';
import { logParser } from './log-pattern.js';
import { MispReader } from './misp.js';
import type { ReaderContext, RecordReader } from './reader.js';

/** The reader of a format, for one file. */
export function createReader(format: FormatConfig, context: ReaderContext): RecordReader {
  switch (format.kind) {
    case 'csv':
    case 'tsv':
      return new DelimitedReader(format, context);
    case 'json':
      return new JsonReader(format, context);
    case 'jsonl':
      return new LineReader(jsonLineParser(format), context);
    case 'log':
      return new LineReader(logParser(format), context);
    case 'keyValue':
      return new LineReader(keyValueParser(format), context);
    case 'list':
      return new LineReader(listParser(format), context);
    case 'misp':
      return new MispReader(format, context);
  }
}
