/** The least of several runs, in microseconds of processor time: others on the machine only ever add to it. */
export function processorTime(run: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round++) {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, user + system);
  }
  return least;
}

/**
 * What sixteen times the input costs, as often as the input itself. A quadratic cost gives 256: below 64 it grows no
 * faster than the input, whatever else the machine does. Below a few milliseconds nothing is measured.
 */
export function growth(run: (bytes: number) => void): number {
  run(10_000);
  const small = Math.max(
    processorTime(() => run(10_000)),
    4_000,
  );
  return processorTime(() => run(160_000)) / small;
}
