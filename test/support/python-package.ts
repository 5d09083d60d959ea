import { access, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../../src/dev/cache-folder.js';
import { runCommand } from '../../src/dev/run-command.js';

export interface PythonPackage {
  /** As PyPI knows it. */
  readonly name: string;
  readonly version: string;
  /** What a test needs it for, as `compares with PyMISP`. */
  readonly use: string;
}

/**
 * A Python that has a package of PyPI: a virtual environment in the cache folder, made once.
 * @throws an Error of one line that says what to install
 */
export async function pythonWith(wanted: PythonPackage): Promise<string> {
  const { name, version } = wanted;
  const folder = join(cacheFolder(), `${name}-${version}`);
  const python = join(folder, 'bin', 'python');
  if (await exists(python)) return python;
  // Made beside it and renamed, so that a run that was killed leaves no half environment.
  const half = `${folder}.${process.pid}`;
  await mkdir(dirname(folder), { recursive: true });
  try {
    await make(wanted, 'python3', ['-m', 'venv', half]);
    const pip = ['-m', 'pip', '--quiet', '--disable-pip-version-check', 'install', `${name}==${version}`];
    await make(wanted, join(half, 'bin', 'python'), pip);
    await rename(half, folder).catch(async (error: unknown) => {
      if (!(await exists(python))) throw error;
    });
  } finally {
    await rm(half, { recursive: true, force: true });
  }
  return python;
}

async function make({ name, version, use }: PythonPackage, program: string, args: readonly string[]): Promise<void> {
  const { exitCode, output } = await runCommand(program, args);
  if (exitCode === 0) return;
  const last = output.trim().split('\n').at(-1) ?? '';
  throw new Error(
    `This test ${use} and could not install ${name} ${version} (${program} ${args.slice(0, 2).join(' ')}: ${last}): ` +
      'install Python 3.10 or later with venv (`sudo apt-get install python3-venv`) and let pip reach its package index.',
  );
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
