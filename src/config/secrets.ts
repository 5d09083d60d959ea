import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { LurewatchError } from '../errors/lurewatch-error.js';
import type { SecretRef } from './fields.js';
import { isRecord } from './is-record.js';
import { Secret } from './secret.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The value of a secret.
 *
 * @param ref where it is: an environment variable, or a file (relative to `baseFolder`) whose last line break does not count
 * @param place the path in the configuration, for the error
 * @throws LW_SECRET_UNSET when it is not there or empty
 */
export function readSecret(ref: SecretRef, place: string, baseFolder: string, environment: Environment): Secret {
  if ('env' in ref) {
    const value = environment[ref.env];
    if (value === undefined || value === '') throw unset(place, `the environment variable ${ref.env} is not set`);
    return new Secret(value);
  }
  const file = resolve(baseFolder, ref.file);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const code = isRecord(cause) && typeof cause.code === 'string' ? ` (${cause.code})` : '';
    throw unset(place, `the file ${file} cannot be read${code}`, cause);
  }
  const value = text.replace(/\r?\n$/, '');
  if (value === '') throw unset(place, `the file ${file} is empty`);
  return new Secret(value);
}

/** Every reference to a secret in a configuration, with its place, as `mailboxes.soc.password`. */
export function secretRefs(
  value: unknown,
  place = '',
  told = new Set<unknown>(),
): readonly { readonly ref: SecretRef; readonly place: string }[] {
  // One that is the default of many places is told for the first.
  if (!isRecord(value) || told.has(value)) return [];
  told.add(value);
  const keys = Object.keys(value);
  if (keys.length === 1 && typeof value.env === 'string') return [{ ref: { env: value.env }, place }];
  if (keys.length === 1 && typeof value.file === 'string') return [{ ref: { file: value.file }, place }];
  return keys.flatMap((key) => secretRefs(value[key], place === '' ? key : `${place}.${key}`, told));
}

function unset(place: string, what: string, cause?: unknown): LurewatchError {
  return new LurewatchError('LW_SECRET_UNSET', what, { where: place, cause });
}
