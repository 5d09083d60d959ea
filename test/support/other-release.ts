import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkerOptions } from '@temporalio/worker';

const newer = fileURLToPath(new URL('./newer-workflows.js', import.meta.url));

/** Builds the workflow code of a release that is newer than ours, as a file for `Lab.release`. */
export async function buildNewerRelease(path: string): Promise<void> {
  const { code } = await bundleWorkflowCode({ workflowsPath: newer, logger: new DefaultLogger('WARN') });
  await writeFile(path, code);
}

/** Has the workers of this process run that workflow code. Where one dies, its cache is waited for no ten seconds. */
export function runRelease(codePath: string): void {
  const create = Worker.create.bind(Worker);
  const other = { workflowBundle: { codePath }, stickyQueueScheduleToStartTimeout: '1s' } as const;
  Worker.create = (options: WorkerOptions) =>
    create(options.workflowBundle === undefined ? options : { ...options, ...other });
}
