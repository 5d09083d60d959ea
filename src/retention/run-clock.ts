import { z } from 'zod';
import { createRecords, readRecords } from '../ledger/record-set.js';
import type { Store } from '../store/store.js';

const runsPrefix = 'retention/evidence/';
const runSchema = z.object({ version: z.literal(1), nowMs: z.number(), run: z.string().optional() });

/** From one run to the next, so many days pass at most: a clock that jumps ahead by years empties no store at once. */
const mostAdvanceMs = 7 * 24 * 60 * 60 * 1000;
/** More than ever go on at the same time. */
const runsRemembered = 8;

/**
 * What time a run may take it to be: the earliest of what all clocks say, since one that is behind only keeps evidence
 * longer, and no more than a week after the run before. However many pages and attempts a run has, it is one time.
 * @param run of which workflow, with all that it continues as
 * @param clocks milliseconds since 1970, of different machines where there are any
 */
export async function timeOfRun(store: Store, run: string, clocks: readonly number[]): Promise<number> {
  const known = await runs(store);
  const own = known.find((other) => other.run === run);
  const last = known.at(-1);
  const latest = own?.nowMs ?? (last === undefined ? Number.POSITIVE_INFINITY : last.nowMs + mostAdvanceMs);
  return Math.min(...clocks, latest);
}

/** Remembers that a run took it to be this time. */
export async function rememberRun(store: Store, run: string, nowMs: number): Promise<void> {
  if ((await runs(store)).some((other) => other.run === run)) return;
  const before = await store.list(runsPrefix);
  // They stand in the order of the runs, also where a clock went back.
  const number = Math.max(nowMs, numberOf(before.at(-1)) + 1);
  const key = `${runsPrefix}${String(number).padStart(15, '0')}.json`;
  await createRecords(store, [{ key, record: { version: 1, nowMs, run } }]);
  for (const older of before.slice(0, 1 - runsRemembered)) await store.remove(older);
}

function numberOf(key = ''): number {
  return Number(/(\d+)\.json$/.exec(key)?.[1] ?? 0);
}

async function runs(store: Store): Promise<readonly z.output<typeof runSchema>[]> {
  const found = await readRecords(store, runSchema, await store.list(runsPrefix));
  return found.filter((run) => run !== undefined);
}
