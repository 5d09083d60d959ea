import { readFile } from 'node:fs/promises';

export interface ProcessUsage {
  readonly peakMemoryMb: number | undefined;
  readonly cpuSeconds: number | undefined;
}

/** Clock ticks a second that /proc counts in: 100 on every Linux that Node runs on. */
const ticks = 100;

/** What a running process used since its start, all threads together; undefined where there is no /proc. */
export async function usageOf(pid: number): Promise<ProcessUsage> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const peakKb = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
  // Fields 14 and 15 of proc(5); the name in field 2 may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
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
