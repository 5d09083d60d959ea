import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Runs a script of the benchmark and gives back what it printed. It ends when its connections do, so never outlives us.
 * @param script its name in the folder `bench`
 */
export async function runScript(
  python: string,
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  // Not compiled: from dist/bench back to where it stands.
  const path = fileURLToPath(new URL(`../../bench/${script}`, import.meta.url));
  const child = spawn(python, [path, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let output = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-4096);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', () => reject(new Error(`the loop to compare with needs ${python} on the PATH`)));
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`the loop failed:\n${complaints}`);
  return output;
}
