import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { InstallOptions } from './download-temporal-cli.js';
import { findOnPath } from './find-on-path.js';
import { runCommand } from './run-command.js';

/** A program that Go builds from its source. */
export interface GoProgram {
  /** For people: `Temporal's CLI`. */
  readonly title: string;
  /** As `go install` takes it, without its version. */
  readonly path: string;
  readonly version: string;
  /** How long it takes on two cores: `two to three minutes`. */
  readonly takes: string;
}

const progressEveryMs = 5000;
/** Where Go's own installer and Debian's packages put `go`, which need not be on PATH. */
const usualFolders = ['/usr/local/go/bin', '/usr/lib/go/bin', '/opt/homebrew/bin'];

/**
 * Builds a program with Go and moves it to `destination`: at once, so that two processes that build side by side only do
 * the work twice.
 *
 * @returns why it did not work, or undefined
 */
export async function goInstall(
  { title, path, version, takes }: GoProgram,
  destination: string,
  options: InstallOptions,
): Promise<string | undefined> {
  const go = await findOnPath('go', [options.environment.PATH ?? '', ...usualFolders].join(':'));
  if (go === undefined) return 'Go is not installed (no `go` on PATH)';
  const bin = dirname(destination);
  await mkdir(bin, { recursive: true });
  const folder = await mkdtemp(join(bin, '.build-'));
  const started = Date.now();
  let modules = 0;
  let packages = 0;
  options.onProgress(`Building ${title} ${version} with Go, once; this takes ${takes}.`);
  const report = setInterval(() => {
    const done = `${modules} modules downloaded, ${packages} packages compiled`;
    options.onProgress(`Building ${title}: ${seconds(started)} s, ${done}`);
  }, progressEveryMs);
  try {
    const args = ['install', '-v', '-ldflags', '-s -w', `${path}@${version}`];
    const { exitCode, output } = await runCommand(go, args, {
      environment: { ...options.environment, GOBIN: folder },
      folder,
      onLine: (line) => {
        if (line.startsWith('go: downloading ')) modules += 1;
        else if (/^[\w.-]+(\/[\w.-]+)*$/.test(line)) packages += 1;
      },
    });
    if (exitCode !== 0) return `\`go install\` failed: ${output.trim().split('\n').at(-1) ?? ''}`;
    await rename(join(folder, path.slice(path.lastIndexOf('/') + 1)), destination);
    options.onProgress(`Built ${title} in ${seconds(started)} s: ${destination}`);
    return undefined;
  } catch (error) {
    return `it left no binary (${error instanceof Error ? error.message : String(error)})`;
  } finally {
    clearInterval(report);
    await rm(folder, { recursive: true, force: true });
  }
}

function seconds(since: number): number {
  return Math.round((Date.now() - since) / 1000);
}
