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
  let rest = '';
  for await (const chunk of input as AsyncIterable<Buffer>) {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield parse(schema, line);
  }
  rest += decoder.end();
  if (rest !== '') yield parse(schema, rest);
}

function parse<T>(schema: z.ZodType<T>, line: string): T {
  const value: unknown = JSON.parse(line);
  return schema.parse(value);
}
