import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { InstallOptions } from './download-temporal-cli.js';
import { findOnPath } from './find-on-path.js';
import { runCommand } from './run-command.js';

/** The newest version that `go install` takes. */
const version = 'v1.5.1';
const progressEveryMs = 5000;
/** Where Go's own installer and Debian's packages put `go`, which need not be on PATH. */
const usualFolders = ['/usr/local/go/bin', '/usr/lib/go/bin', '/opt/homebrew/bin'];

/**
 * Builds Temporal's CLI with Go and moves it to `destination`: at once, so that two processes that build side by side
 * only do the work twice. Two to three minutes on two cores.
 *
 * @returns why it did not work, or undefined
 */
export async function buildTemporalCli(destination: string, options: InstallOptions): Promise<string | undefined> {
  const go = await findOnPath('go', [options.environment.PATH ?? '', ...usualFolders].join(':'));
  if (go === undefined) return 'Go is not installed (no `go` on PATH)';
  const bin = dirname(destination);
  await mkdir(bin, { recursive: true });
  const folder = await mkdtemp(join(bin, '.build-'));
  const started = Date.now();
  let modules = 0;
  let packages = 0;
  options.onProgress(`Building Temporal's CLI ${version} with Go, once; this takes two to three minutes.`);
  const report = setInterval(() => {
    const done = `${modules} modules downloaded, ${packages} packages compiled`;
    options.onProgress(`Building Temporal's CLI: ${seconds(started)} s, ${done}`);
  }, progressEveryMs);
  try {
    const args = ['install', '-v', '-ldflags', '-s -w', `github.com/temporalio/cli/cmd/temporal@${version}`];
    const { exitCode, output } = await runCommand(go, args, {
      environment: { ...options.environment, GOBIN: folder },
      folder,
      onLine: (line) => {
        if (line.startsWith('go: downloading ')) modules += 1;
        else if (/^[\w.-]+(\/[\w.-]+)*$/.test(line)) packages += 1;
      },
    });
    if (exitCode !== 0) return `\`go install\` failed: ${output.trim().split('\n').at(-1) ?? ''}`;
    await rename(join(folder, 'temporal'), destination);
    options.onProgress(`Built Temporal's CLI in ${seconds(started)} s: ${destination}`);
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
