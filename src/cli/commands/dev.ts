import type { Command } from 'commander';
import type { LoadedConfig } from '../../config/load-config.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { LogLevel } from '../../log/logger.js';
import { addCommand, type CommonOptions } from '../add-command.js';
import { loadConfig } from '../load-config.js';
import { logLevel, logLevelOption } from '../log-level.js';
import { note, printJson } from '../output.js';
import { stopSignal } from '../stop-signals.js';

interface DevOptions extends CommonOptions {
  readonly schedules?: boolean;
  readonly logLevel?: LogLevel;
}

const usualAddress = '127.0.0.1:7233';

export function addDev(program: Command): void {
  addCommand(program, {
    usage: 'dev',
    summary: "Temporal's dev server with its Web UI and a worker, in one terminal. What it knows is kept in ./var.",
    example: 'lurewatch dev --schedules',
  })
    .option('--schedules', 'also apply the schedules, so that the mailboxes are polled and the feeds imported')
    .addOption(logLevelOption('warn'))
    .action(dev);
}

async function dev(options: DevOptions): Promise<void> {
  const level = logLevel(options.logLevel, 'warn');
  const loaded = await loadConfig(options.config);
  const { resolveAllSecrets } = await import('../../config/load-config.js');
  resolveAllSecrets(loaded);
  const [{ findTemporalCli }, { startTemporalServer }] = await Promise.all([
    import('../../dev/temporal-cli.js'),
    import('../../dev/temporal-server.js'),
  ]);
  const stop = stopSignal(() => note('Stopping …'));
  try {
    const logFile = loaded.resolve('./var/temporal.log');
    const cliPath = await findTemporalCli({ install: true, onProgress: note });
    if (stop.signal.aborted) return;
    const server = await startTemporalServer({ cliPath, logFile, databaseFile: loaded.resolve('./var/temporal.db') });
    try {
      const { address, uiAddress = '' } = server;
      note(`Temporal: ${address}, its log in ${logFile}`);
      note(`Web UI:   ${uiAddress}`);
      if (address !== usualAddress) note(`Other commands find it with TEMPORAL_ADDRESS=${address}`);
      const onReady = () => {
        note(`Worker:   ready on task queue ${loaded.config.taskQueue}. Ctrl-C ends both.`);
        if (options.json) printJson({ ready: true, address, uiAddress });
      };
      await serve(loaded, address, level, options.schedules === true, stop.signal, onReady, server.ended);
    } finally {
      await server.stop();
    }
  } finally {
    stop.dispose();
  }
}

/** Runs a worker until it is told to stop, or the server is gone. */
async function serve(
  loaded: LoadedConfig,
  address: string,
  level: LogLevel,
  schedules: boolean,
  stopped: AbortSignal,
  onReady: () => void,
  serverEnded: Promise<void>,
): Promise<void> {
  const { createLog } = await import('../../log/logger.js');
  const { installRuntime, runWorker } = await import('../../worker.js');
  const { sdkMetricsAddress } = await import('../../metrics/sdk-metrics.js');
  const sdkMetrics = await sdkMetricsAddress(loaded.config);
  installRuntime(createLog(level), sdkMetrics);
  const temporal = { address, ignoreEnvironment: true };
  if (schedules) await applyAll(loaded, temporal);
  const gone = new AbortController();
  void serverEnded.then(() => gone.abort());
  await runWorker({ loaded, temporal, signal: AbortSignal.any([stopped, gone.signal]), onReady, sdkMetrics });
  if (stopped.aborted) return;
  throw new LurewatchError('LW_TEMPORAL_UNREACHABLE', 'the dev server has ended by itself', {
    where: address,
    mend: 'Its log says why.',
  });
}

async function applyAll(loaded: LoadedConfig, temporal: { address: string; ignoreEnvironment: boolean }) {
  const [{ createScheduleConverter }, { connectTemporal }, { applySchedules }, { desiredSchedules }] =
    await Promise.all([
      import('../../temporal/codec/data-converter.js'),
      import('../../temporal/connect.js'),
      import('../../schedules/apply.js'),
      import('../../schedules/desired.js'),
    ]);
  const { client, close } = await connectTemporal({ ...temporal, dataConverter: createScheduleConverter(loaded) });
  const { taskQueue } = loaded.config;
  try {
    const applied = await applySchedules(client, desiredSchedules(loaded.config), { prune: false, taskQueue });
    for (const { id, change } of applied) note(`Schedule: ${id} ${change}`);
  } finally {
    await close();
  }
}
