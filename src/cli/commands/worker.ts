import type { Command } from 'commander';
import type { Config } from '../../config/schema.js';
import type { LogLevel } from '../../log/logger.js';
import { addCommand, type CommonOptions } from '../add-command.js';
import { loadConfig } from '../load-config.js';
import { logLevel, logLevelOption } from '../log-level.js';
import { printJson } from '../output.js';
import { stopSignal } from '../stop-signals.js';
import { wrongUsage } from '../usage-error.js';

interface WorkerOptions extends CommonOptions {
  readonly logLevel?: LogLevel;
  readonly healthFile?: string;
  readonly listen?: string;
  readonly only?: readonly string[];
  readonly buildId?: string;
}

export function addWorker(program: Command): void {
  addCommand(program, {
    usage: 'worker',
    summary: 'Run a worker until it is told to stop. Its log goes to standard error, one JSON object a line.',
    example: 'lurewatch worker --log-level warn',
  })
    .addOption(logLevelOption('info'))
    .option('--health-file <path>', 'keep a file that says when Temporal last saw the worker ask for work')
    .option('--listen <host:port>', 'answer there for health and metrics, in place of `monitoring.listen`')
    .option(
      '--only <parts>',
      'only these parts of the work, like workflows,mail: workflows, mail, feeds, misp, or a target by its name',
      (parts: string) => parts.split(',').map((part) => part.trim()),
    )
    .option('--build-id <id>', 'where `versioning` is configured: the version that runs here')
    .action(runWorkerCommand);
}

async function runWorkerCommand(options: WorkerOptions): Promise<void> {
  const level = logLevel(options.logLevel, 'info');
  const loaded = await loadConfig(options.config);
  const { createLog } = await import('../../log/logger.js');
  const { installRuntime, runWorker } = await import('../../worker.js');
  const log = createLog(level);
  const { sdkMetricsAddress } = await import('../../metrics/sdk-metrics.js');
  const sdkMetrics = await sdkMetricsAddress(loaded.config);
  installRuntime(log, sdkMetrics);
  const { shutdownGraceTime, taskQueue } = loaded.config;
  const stop = stopSignal(() => log.info('stopping: no new work is taken', { shutdownGraceTime }));
  try {
    const onReady = ({ monitoring }: { readonly monitoring: string | undefined }) => {
      log.info('worker is ready', { taskQueue, ...(monitoring === undefined ? {} : { monitoring }) });
      if (options.json) printJson({ ready: true, taskQueue });
    };
    await runWorker({
      loaded,
      signal: stop.signal,
      onReady,
      healthFile: options.healthFile,
      listen: await listenOption(options.listen, loaded.config),
      sdkMetrics,
      only: options.only,
      buildId: options.buildId,
    });
    log.info('worker has ended');
  } finally {
    stop.dispose();
  }
}

async function listenOption(listen: string | undefined, { monitoring }: Config): Promise<string | undefined> {
  if (listen === undefined) return undefined;
  if (monitoring === undefined)
    throw wrongUsage('--listen needs `monitoring: {}` in the configuration', 'lurewatch worker');
  const { monitoringSchema } = await import('../../metrics/config.js');
  const parsed = monitoringSchema.shape.listen.safeParse(listen);
  if (parsed.success) return parsed.data;
  throw wrongUsage(`--listen ${parsed.error.issues[0]?.message ?? 'is wrong'}`, 'lurewatch worker');
}
