import { isLurewatchError, type LurewatchError } from '../errors/lurewatch-error.js';

export interface AroundDamage<T, R> {
  /** In the order of the items. */
  readonly sound: ReadonlyMap<T, R>;
  /** LW_STORE_CORRUPT, for each item that has no answer. */
  readonly damaged: ReadonlyMap<T, LurewatchError>;
}

/**
 * Does `work` for all items at once. Where a damaged record stops it, each item is done by itself, so that the record
 * keeps only its own item from its answer. For work that may be done twice.
 * @param work answers in the order of the items
 */
export async function aroundDamage<T, R>(
  items: readonly T[],
  work: (some: readonly T[]) => Promise<readonly R[]>,
): Promise<AroundDamage<T, R>> {
  const sound = new Map<T, R>();
  const damaged = new Map<T, LurewatchError>();
  const attempt = async (some: readonly T[]) => {
    const answers = (await work(some)).values();
    for (const item of some) {
      const next = answers.next();
      if (next.done !== true) sound.set(item, next.value);
    }
  };
  try {
    await attempt(items);
  } catch (error) {
    if (!isLurewatchError(error, 'LW_STORE_CORRUPT')) throw error;
    for (const item of items) {
      await attempt([item]).catch((reason: unknown) => {
        if (!isLurewatchError(reason, 'LW_STORE_CORRUPT')) throw reason;
        damaged.set(item, reason);
      });
    }
  }
  return { sound, damaged };
}
