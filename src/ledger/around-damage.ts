import { isLurewatchError, type LurewatchError } from '../errors/lurewatch-error.js';

export interface AroundDamage<T, R> {
  /** In the order of the items. */
  readonly sound: ReadonlyMap<T, R>;
  /** LW_STORE_CORRUPT, for each item that has no answer. */
  readonly damaged: ReadonlyMap<T, LurewatchError>;
}

/**
 * Does `work` for all items at once. Where a damaged record stops it, the items are halved, down to single ones, so that the
 * record keeps only its own item from its answer, and a store that answers slowly is asked a few times and not once for each
 * of them. For work that may be done twice.
 * @param work answers in the order of the items
 * @param halves `side by side`: for work that only reads
 */
export async function aroundDamage<T, R>(
  items: readonly T[],
  work: (some: readonly T[]) => Promise<readonly R[]>,
  halves: 'in turn' | 'side by side' = 'in turn',
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
  const halving = async (some: readonly T[]): Promise<void> => {
    try {
      await attempt(some);
    } catch (error) {
      if (!isLurewatchError(error, 'LW_STORE_CORRUPT')) throw error;
      if (some.length <= 1) {
        for (const item of some) damaged.set(item, error);
        return;
      }
      const middle = Math.ceil(some.length / 2);
      const first = halving(some.slice(0, middle));
      if (halves === 'in turn') await first;
      await Promise.all([first, halving(some.slice(middle))]);
    }
  };
  await halving(items);
  return { sound, damaged };
}
