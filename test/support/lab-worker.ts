import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface LabWorker {
  /** Resolves with the signal or exit status when the process has ended. */
  readonly ended: Promise<string | number>;
  /** As an operator does: SIGTERM. */
  stop(): Promise<string | number>;
  kill(): Promise<string | number>;
}

const workerFile = fileURLToPath(new URL('./worker-process.js', import.meta.url));

/** Starts a worker in a process of its own, which is in `children` while it lives. Ready to work when this resolves. */
export async function startLabWorker(
  environment: NodeJS.ProcessEnv,
  logFile: string,
  children: Set<ChildProcess>,
): Promise<LabWorker> {
  const child = spawn(process.execPath, ['--enable-source-maps', workerFile], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  children.add(child);
  child.stderr.pipe(createWriteStream(logFile, { flags: 'a' }));
  const ended = new Promise<string | number>((resolve) => {
    child.once('exit', (code, signal) => {
      children.delete(child);
      resolve(signal ?? code ?? -1);
    });
  });
  await Promise.race([
    new Promise<void>((resolve) => child.stdout.once('data', () => resolve())),
    ended.then((how) => Promise.reject(new Error(`the worker ended before it was ready (${how})`))),
  ]);
  const end = (signal: 'SIGTERM' | 'SIGKILL') => {
    child.kill(signal);
    return ended;
  };
  return { ended, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}
