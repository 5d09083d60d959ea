import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './run-command.js';

export interface InstallOptions {
  readonly onProgress: (line: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Given up when so long not a byte has come. */
const stalledMs = 20_000;
const child = fileURLToPath(new URL('./sdk-download.js', import.meta.url));

/**
 * Lets Temporal's SDK download the CLI, and moves it to `destination`. In a process of its own: the SDK gives no way to
 * stop a download, and would keep its runtime with settings that are not ours.
 *
 * @returns why it did not work, or undefined
 */
export async function downloadTemporalCli(destination: string, options: InstallOptions): Promise<string | undefined> {
  const bin = dirname(destination);
  await mkdir(bin, { recursive: true });
  const folder = await mkdtemp(join(bin, '.download-'));
  const abort = new AbortController();
  const started = Date.now();
  let lastBytes = 0;
  let lastChange = started;
  const watch = setInterval(async () => {
    const bytes = await sizeOf(folder).catch(() => lastBytes);
    if (bytes !== lastBytes) {
      options.onProgress(`Downloading Temporal's CLI: ${(bytes / 1e6).toFixed(0)} MB, ${seconds(started)} s`);
      lastChange = Date.now();
    }
    lastBytes = bytes;
    if (Date.now() - lastChange > stalledMs) abort.abort();
  }, 1000);
  try {
    const { exitCode, output } = await runCommand(process.execPath, [child, folder], {
      signal: abort.signal,
      environment: { ...options.environment },
    });
    if (exitCode !== 0) return abort.signal.aborted ? `nothing came for ${stalledMs / 1000} s` : lastLine(output);
    const file = (await readdir(folder)).find((name) => name.startsWith('temporal') && !name.endsWith('.downloading'));
    if (file === undefined) return 'it left no file';
    await rename(join(folder, file), destination);
    return undefined;
  } finally {
    clearInterval(watch);
    await rm(folder, { recursive: true, force: true });
  }
}

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function lastLine(output: string): string {
  const line = output.trim().split('\n').at(-1) ?? '';
  // The SDK's error is a chain of causes; its last is the one that says something.
  return line.split(': ').slice(-2).join(': ') || 'it failed';
}

function seconds(since: number): number {
  return Math.round((Date.now() - since) / 1000);
}
