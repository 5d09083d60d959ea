import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { z } from 'zod';

/** JSON, a line for each value: what imports put aside, to be read back without ever standing in memory as a whole. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** Not Node's readline, for which U+2028 ends a line: JSON leaves it as it is. */
export async function* readJsonLines<T>(schema: z.ZodType<T>, input: Readable): AsyncGenerator<T> {
  const decoder = new StringDecoder('utf8');
  // Of a line of megabytes only the new piece is looked at.
  let begun: string[] = [];
  for await (const chunk of input as AsyncIterable<Buffer>) {
    const [first = '', ...others] = decoder.write(chunk).split('\n');
    begun.push(first);
    for (const next of others) {
      yield parse(schema, begun.join(''));
      begun = [next];
    }
  }
  const rest = begun.join('') + decoder.end();
  if (rest !== '') yield parse(schema, rest);
}

function parse<T>(schema: z.ZodType<T>, line: string): T {
  const value: unknown = JSON.parse(line);
  return schema.parse(value);
}
