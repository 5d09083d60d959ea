/** So much was tried, and so full it is then: up to 1 it fits. */
export interface Tried {
  readonly count: number;
  readonly fill: number;
}

/**
 * The largest count that fits, of `good`, which does, up to `bad`, which does not. Each try makes a request of megabytes,
 * so they are few: where the line between the two reaches 1, then as far beyond as makes a narrow bracket of it, and the
 * middle only where that does not get nearer.
 */
export async function largest(good: Tried, bad: Tried, fillOf: (count: number) => Promise<number>): Promise<number> {
  let [fits, exceeds] = [good, bad];
  /** How often in a row it fitted (positive), or did not (negative). */
  let run = 0;
  while (exceeds.count - fits.count > 1) {
    const width = exceeds.count - fits.count;
    const line = (width * (1 - fits.fill)) / (exceeds.fill - fits.fill);
    const beyond = Math.sign(run) * Math.ceil(width / 1000);
    const ahead = Math.abs(run) > 1 ? width / 2 : line + beyond;
    const count = fits.count + Math.min(Math.max(Math.floor(ahead), 1), width - 1);
    const tried = { count, fill: await fillOf(count) };
    const doesFit = tried.fill <= 1;
    if (doesFit) fits = tried;
    else exceeds = tried;
    run = doesFit ? Math.max(run, 0) + 1 : Math.min(run, 0) - 1;
  }
  return fits.count;
}
