import { arch, cpus, loadavg, release, totalmem, type } from 'node:os';
import { runCommand } from '../src/dev/run-command.js';
import type { Site } from './site.js';

export type MachineFacts = Readonly<Record<string, string | number>>;

/** What a reader has to know of the machine before a figure means anything. */
export async function machineFacts(site: Site | undefined): Promise<MachineFacts> {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    system: `${type()} ${release()} ${arch()}`,
    node: process.version,
    ...(site === undefined ? {} : await serverFacts(site)),
    /** Of the last minute, before anything is measured: what else the machine is doing. */
    loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

async function serverFacts(site: Site): Promise<MachineFacts> {
  const temporal = await runCommand(site.temporal.options.cliPath, ['--version']);
  const python = await runCommand('python3', ['--version']);
  return { temporal: temporal.output.trim(), dovecot: site.dovecot.version, python: python.output.trim() };
}
