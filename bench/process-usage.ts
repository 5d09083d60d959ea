import { readdir, readFile } from 'node:fs/promises';

export interface ProcessUsage {
  readonly peakMemoryMb: number | undefined;
  readonly cpuSeconds: number | undefined;
}

/** Clock ticks a second that /proc counts in: 100 on every Linux that Node runs on. */
const ticks = 100;

/** What a running process used since its start, all threads together; undefined where there is no /proc. */
export async function usageOf(pid: number): Promise<ProcessUsage> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const peakKb = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
  const fields = await statOf(pid);
  const cpuTicks = Number(fields[11]) + Number(fields[12]);
  return {
    peakMemoryMb: peakKb === undefined ? undefined : Number(peakKb) / 1024,
    cpuSeconds: Number.isNaN(cpuTicks) ? undefined : cpuTicks / ticks,
  };
}

/** CPU time between two looks. */
export function cpuBetween(before: ProcessUsage, after: ProcessUsage): number | undefined {
  if (before.cpuSeconds === undefined || after.cpuSeconds === undefined) return undefined;
  return after.cpuSeconds - before.cpuSeconds;
}

/**
 * The same for a process and its children, those that have ended included: a server of many processes. Memory that they
 * share is counted once for each of them.
 */
export async function usageOfFamily(pid: number): Promise<ProcessUsage> {
  const pids = await childrenOf(pid);
  const usages = [await withEndedChildren(pid), ...(await Promise.all(pids.map(usageOf)))];
  const sum = (values: readonly (number | undefined)[]) => values.reduce((all: number, value) => all + (value ?? 0), 0);
  return {
    peakMemoryMb: sum(usages.map(({ peakMemoryMb }) => peakMemoryMb)),
    cpuSeconds: sum(usages.map(({ cpuSeconds }) => cpuSeconds)),
  };
}

async function childrenOf(parent: number): Promise<readonly number[]> {
  const names = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const parents = await Promise.all(names.map((name) => statOf(Number(name))));
  return names.map(Number).filter((_, index) => Number(parents[index]?.[1]) === parent);
}

async function withEndedChildren(pid: number): Promise<ProcessUsage> {
  const usage = await usageOf(pid);
  const fields = await statOf(pid);
  const ended = (Number(fields[13]) + Number(fields[14])) / ticks;
  return { ...usage, cpuSeconds: (usage.cpuSeconds ?? 0) + (Number.isNaN(ended) ? 0 : ended) };
}

/** From the third field of proc(5) on; the name in field 2 may hold blanks. */
async function statOf(pid: number): Promise<readonly string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
