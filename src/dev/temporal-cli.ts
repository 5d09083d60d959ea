import { join, resolve } from 'node:path';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { buildTemporalCli } from './build-temporal-cli.js';
import { cacheFolder } from './cache-folder.js';
import { downloadTemporalCli } from './download-temporal-cli.js';
import { findOnPath, isExecutable } from './find-on-path.js';
import { runCommand } from './run-command.js';

export interface FindTemporalCliOptions {
  /** False: only look, neither download nor build. */
  readonly install: boolean;
  /** Gets a line for people now and then while something takes long. */
  readonly onProgress?: (line: string) => void;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * The path of a Temporal CLI that runs: LUREWATCH_TEMPORAL_CLI, else PATH, else our cache folder, else the download that
 * Temporal's SDK knows, else built with Go; the last two into the cache folder.
 *
 * @throws LW_TEMPORAL_CLI_MISSING saying what was tried
 */
export async function findTemporalCli(options: FindTemporalCliOptions): Promise<string> {
  const environment = options.environment ?? process.env;
  const named = environment.LUREWATCH_TEMPORAL_CLI;
  if (named !== undefined && named !== '') {
    const path = resolve(named);
    const fault = await faultOf(path);
    // Whoever names a binary wants that one: falling back to another would hide the mistake.
    if (fault !== undefined) throw missing([`LUREWATCH_TEMPORAL_CLI names ${path}: ${fault}`]);
    return path;
  }

  const tried: string[] = [];
  const cached = join(cacheFolder(environment), 'bin', 'temporal');
  const onPath = await findOnPath('temporal', environment.PATH);
  if (onPath === undefined) tried.push('PATH: no `temporal` there');
  for (const path of onPath === undefined ? [cached] : [onPath, cached]) {
    const fault = await faultOf(path);
    if (fault === undefined) return path;
    tried.push(`${path}: ${fault}`);
  }
  if (!options.install) throw missing([...tried, 'downloading and building were not asked for']);

  const onProgress = options.onProgress ?? (() => {});
  for (const [name, install] of [
    ["the SDK's download", downloadTemporalCli],
    ['go install', buildTemporalCli],
  ] as const) {
    const failure = await install(cached, { onProgress, environment });
    const fault = failure ?? (await faultOf(cached));
    if (fault === undefined) return cached;
    tried.push(`${name}: ${fault}`);
    onProgress(`No Temporal CLI by ${name}: ${fault}`);
  }
  throw missing(tried);
}

/** Why a binary cannot be used, or undefined when it can. */
async function faultOf(path: string): Promise<string | undefined> {
  if (!(await isExecutable(path))) return 'there is no executable file';
  const { exitCode, output } = await runCommand(path, ['--version'], { signal: AbortSignal.timeout(20_000) });
  return exitCode === 0 && /temporal/i.test(output)
    ? undefined
    : 'it does not answer to --version as Temporal’s CLI does';
}

function missing(tried: readonly string[]): LurewatchError {
  return new LurewatchError(
    'LW_TEMPORAL_CLI_MISSING',
    `no Temporal CLI was found. Tried:\n${tried.map((line) => `  - ${line}`).join('\n')}\n`,
    { details: { tried } },
  );
}
