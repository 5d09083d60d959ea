import { createInterface } from 'node:readline/promises';

/** Whether somebody is there to be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Asks on the terminal, beside the result. Anything but y or yes, and Ctrl-C, is no. */
export async function confirmed(question: string): Promise<boolean> {
  const line = createInterface({ input: process.stdin, output: process.stderr });
  const stopped = new AbortController();
  line.once('SIGINT', () => stopped.abort());
  line.once('close', () => stopped.abort());
  try {
    return /^y(es)?$/i.test((await line.question(question, { signal: stopped.signal })).trim());
  } catch {
    return false;
  } finally {
    line.close();
  }
}
