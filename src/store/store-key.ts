import { LurewatchError } from '../errors/lurewatch-error.js';

const keyPattern = /^(?:[A-Za-z0-9_-][A-Za-z0-9._-]*\/)*[A-Za-z0-9_-][A-Za-z0-9._-]*\/?$/;

/** No key leads out of its store, whatever a store makes of it. Throws LW_INTERNAL. */
export function checkKey(key: string): void {
  if (!keyPattern.test(key)) throw new LurewatchError('LW_INTERNAL', `"${key}" is not a store key`);
}
