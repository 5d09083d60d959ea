import { access, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../../src/dev/cache-folder.js';
import { runCommand } from '../../src/dev/run-command.js';

const version = '2.5.34.4';

/**
 * A Python that has PyMISP, the reference for MISP's formats: a virtual environment in the cache folder, made once.
 * @throws an Error of one line that says what to install
 */
export async function pythonWithPyMisp(): Promise<string> {
  const folder = join(cacheFolder(), `pymisp-${version}`);
  const python = join(folder, 'bin', 'python');
  if (await exists(python)) return python;
  // Made beside it and renamed, so that a run that was killed leaves no half environment.
  const half = `${folder}.${process.pid}`;
  await mkdir(dirname(folder), { recursive: true });
  try {
    await make('python3', ['-m', 'venv', half]);
    const pip = ['-m', 'pip', '--quiet', '--disable-pip-version-check', 'install', `pymisp==${version}`];
    await make(join(half, 'bin', 'python'), pip);
    await rename(half, folder).catch(async (error: unknown) => {
      if (!(await exists(python))) throw error;
    });
  } finally {
    await rm(half, { recursive: true, force: true });
  }
  return python;
}

async function make(program: string, args: readonly string[]): Promise<void> {
  const { exitCode, output } = await runCommand(program, args);
  if (exitCode === 0) return;
  const last = output.trim().split('\n').at(-1) ?? '';
  throw new Error(
    `This test compares with PyMISP ${version} and could not install it (${program} ${args.slice(0, 2).join(' ')}: ${last}): ` +
      'install Python 3.10 or later with venv (`sudo apt-get install python3-venv`) and let pip reach its package index.',
  );
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
