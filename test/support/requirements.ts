import { access, readFile } from 'node:fs/promises';
import { findOnPath } from '../../src/dev/find-on-path.js';
import { runCommand } from '../../src/dev/run-command.js';
import { findTemporalCli } from '../../src/dev/temporal-cli.js';
import { findVersitygw } from './versitygw.js';

/**
 * Makes sure of what the tests need beyond npm, and gets it where it can: Temporal's CLI, versitygw (an S3 server),
 * Dovecot, openssl, Python (the benchmark's other half), promtool (which checks alert rules).
 *
 * @returns the environment that the tests run in
 * @throws an Error of one line that says what to install
 */
export async function meetRequirements(onProgress: (line: string) => void): Promise<NodeJS.ProcessEnv> {
  await requirePackages(onProgress);
  const cli = await findTemporalCli({ install: true, onProgress });
  await findVersitygw(onProgress);
  return { ...process.env, LUREWATCH_TEMPORAL_CLI: cli };
}

/** sbin: where Debian puts servers, which is not on every user's PATH. */
const folders = [process.env.PATH ?? '', '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin'].join(':');
const needed = [
  { program: 'dovecot', debian: 'dovecot-imapd', homebrew: 'dovecot' },
  { program: 'openssl', debian: 'openssl', homebrew: 'openssl' },
  { program: 'python3', debian: 'python3', homebrew: 'python' },
  { program: 'promtool', debian: 'prometheus', homebrew: 'prometheus' },
] as const;

async function requirePackages(onProgress: (line: string) => void): Promise<void> {
  const missing = await findMissing();
  if (missing.length === 0) return;
  const packages = missing.map(({ debian }) => debian);
  if (process.getuid?.() === 0 && (await isDebian())) {
    onProgress(`Installing ${packages.join(', ')} with apt-get`);
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const install = ['install', '-y', '--no-install-recommends', ...packages];
    for (const args of [['update', '-q'], install]) {
      const { exitCode, output } = await runCommand('apt-get', args, { environment, onLine: onProgress });
      if (exitCode !== 0) onProgress(`apt-get ${args[0]} failed: ${output.split('\n').at(-1) ?? ''}`);
    }
  }
  const still = await findMissing();
  if (still.length === 0) return;
  throw new Error(
    `The tests need ${still.map(({ program }) => program).join(' and ')}: ` +
      `\`sudo apt-get install ${still.map(({ debian }) => debian).join(' ')}\` on Debian or Ubuntu, ` +
      `\`brew install ${still.map(({ homebrew }) => homebrew).join(' ')}\` on macOS.`,
  );
}

async function findMissing() {
  const found = await Promise.all(needed.map(({ program }) => findOnPath(program, folders)));
  return needed.filter((_, index) => found[index] === undefined);
}

async function isDebian(): Promise<boolean> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return (
    /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release) &&
    (await access('/usr/bin/apt-get').then(
      () => true,
      () => false,
    ))
  );
}
