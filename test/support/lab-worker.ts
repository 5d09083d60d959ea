import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { lateOptimization } from './late-optimization.js';

export interface LabWorker {
  readonly pid: number;
  /** Resolves with the signal or exit status when the process has ended. */
  readonly ended: Promise<string | number>;
  /** Where it answers for health and metrics; '' where it is not configured to. */
  readonly monitoring: string;
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
  const child = spawn(process.execPath, [lateOptimization, workerFile], {
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
  const ready = await Promise.race([
    new Promise<string>((resolve) => child.stdout.once('data', (line) => resolve(String(line)))),
    ended.then((how) => Promise.reject(new Error(`the worker ended before it was ready (${how})`))),
  ]);
  const end = (signal: 'SIGTERM' | 'SIGKILL') => {
    child.kill(signal);
    return ended;
  };
  const monitoring = ready.replace(/^ready /, '').trim();
  return { pid: child.pid ?? 0, ended, monitoring, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}
