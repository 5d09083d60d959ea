import type { Command } from 'commander';
import { loadConfig } from '../../config/load-config.js';
import type { LogLevel } from '../../log/logger.js';
import { addCommand, type CommonOptions } from '../add-command.js';
import { logLevel, logLevelOption } from '../log-level.js';
import { printJson } from '../output.js';
import { stopSignal } from '../stop-signals.js';

interface WorkerOptions extends CommonOptions {
  readonly logLevel?: LogLevel;
  readonly healthFile?: string;
}

export function addWorker(program: Command): void {
  addCommand(program, {
    usage: 'worker',
    summary: 'Run a worker until it is told to stop. Its log goes to standard error, one JSON object a line.',
    example: 'lurewatch worker --log-level warn',
  })
    .addOption(logLevelOption('info'))
    .option('--health-file <path>', 'keep a file that says when Temporal last saw the worker ask for work')
    .action(runWorkerCommand);
}

async function runWorkerCommand(options: WorkerOptions): Promise<void> {
  const level = logLevel(options.logLevel, 'info');
  const loaded = await loadConfig(options.config);
  const { createLog } = await import('../../log/logger.js');
  const { installRuntime, runWorker } = await import('../../worker.js');
  const log = createLog(level);
  installRuntime(log);
  const { shutdownGraceTime, taskQueue } = loaded.config;
  const stop = stopSignal(() => log.info('stopping: no new work is taken', { shutdownGraceTime }));
  try {
    const onReady = () => {
      log.info('worker is ready', { taskQueue });
      if (options.json) printJson({ ready: true, taskQueue });
    };
    await runWorker({ loaded, signal: stop.signal, onReady, healthFile: options.healthFile });
    log.info('worker has ended');
  } finally {
    stop.dispose();
  }
}
