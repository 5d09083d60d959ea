import type { SecretRef } from '../config/fields.js';
import type { Secret } from '../config/secret.js';
import { LurewatchError } from '../errors/lurewatch-error.js';
import type { RepeatPromise } from '../sinks/sink.js';
import type { OpenOriginal } from './original.js';

/** What each target is made from. */
export interface TargetSetup<Config> {
  /** Its name in the configuration. */
  readonly name: string;
  readonly config: Config;
  /** Reads a secret; `place` is what an error names, like `targets.cases.secret`. */
  readonly secrets: (ref: SecretRef, place: string) => Secret;
  /** What relative paths in the configuration are relative to. */
  readonly baseFolder: string;
  /** Opens the mail that an alert was made from, for targets that take it along; undefined: no store is open. */
  readonly originals?: OpenOriginal | undefined;
}

/** Where errors of a target say they happened. */
export function placeOf(name: string): string {
  return `targets.${name}`;
}

/**
 * The address a target is reached at.
 * @throws LW_CONFIG_INVALID for http:// without `insecure: true`, and for user names or passwords in it
 */
export function targetUrl(text: string, insecure: boolean, place: string): URL {
  const url = new URL(text);
  if (url.protocol !== 'https:' && !insecure) {
    throw new LurewatchError('LW_CONFIG_INVALID', 'the address is not https, so all would travel unencrypted', {
      where: place,
      mend: 'Use https://, or say `insecure: true` for this target.',
    });
  }
  if (url.username !== '' || url.password !== '') {
    throw new LurewatchError('LW_CONFIG_INVALID', 'the address holds a user name or a password', {
      where: place,
      mend: 'Take them out: a secret never stands in the configuration itself.',
    });
  }
  return url;
}

/** A secret that travels in an HTTP header: trimmed, and of characters that a header can carry. */
export function headerSecret(secret: Secret, place: string): string {
  const value = secret.reveal().trim();
  if (!/^[\x21-\x7e]+$/.test(value)) {
    throw new LurewatchError('LW_CONFIG_INVALID', 'the secret is empty or holds characters that no key has', {
      where: place,
      mend: 'Set it to the key as the target shows it, on one line.',
    });
  }
  return value;
}

/** The line of `check` about repeats. */
export function repeatsLine(promise: RepeatPromise): string {
  const meaning: Readonly<Record<RepeatPromise, string>> = {
    server: 'the target itself recognises an alert that is sent again',
    lookup: 'the target is asked before an alert is sent again',
    none: 'the target can do neither: after an outage an alert may arrive twice',
  };
  return `repeats: ${promise} (${meaning[promise]})`;
}
