import { cpuUsage } from 'node:process';

/** What the work takes of all cores together, threads included; the clock also counts what else the machine does. */
export async function cpuTime<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly tookMs: number }> {
  const before = cpuUsage();
  const result = await work();
  const { user, system } = cpuUsage(before);
  return { result, tookMs: (user + system) / 1000 };
}
