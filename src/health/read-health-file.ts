import { readFile } from 'node:fs/promises';

/** An idle worker asks for work about once a minute; two missed turns are no accident. */
export const healthyForMs = 180_000;

/**
 * Reads the file that `keepHealthFile` keeps. Apart from it, since a health check runs often and should load little.
 *
 * @param now milliseconds since 1970
 * @returns what is wrong; undefined while the worker is healthy
 */
export async function checkHealthFile(path: string, now = Date.now()): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return `${path} cannot be read: the worker does not poll (yet)`;
  }
  const ageMs = now - Date.parse(text.trim());
  if (ageMs <= healthyForMs) return undefined;
  return Number.isNaN(ageMs) ? `${path} holds no time` : `the worker last polled at ${text.trim()}`;
}
