import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../bench/main.js', import.meta.url));

export interface BenchRun {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs the benchmark as `npm run bench` does. It ends what it started by itself. */
export async function bench(...args: readonly string[]): Promise<BenchRun> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const end = () => child.kill('SIGTERM');
  process.once('exit', end);
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  process.removeListener('exit', end);
  return { status, output, errors };
}
