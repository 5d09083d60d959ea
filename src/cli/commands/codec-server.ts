import { type Command, InvalidArgumentError } from 'commander';
import type { LoadedConfig } from '../../config/load-config.js';
import type { LogLevel } from '../../log/logger.js';
import { originPattern } from '../../temporal/codec/server/origin.js';
import { addCommand, type CommonOptions } from '../add-command.js';
import { loadConfig } from '../load-config.js';
import { logLevel, logLevelOption } from '../log-level.js';
import { note, printJson } from '../output.js';
import { stopSignal } from '../stop-signals.js';

interface CodecServerOptions extends CommonOptions {
  readonly host?: string;
  readonly port?: number;
  readonly origin?: readonly string[];
  readonly logLevel?: LogLevel;
}

export function addCodecServer(program: Command): void {
  addCommand(program, {
    usage: 'codec-server',
    summary:
      "Decode encrypted histories for Temporal's Web UI and CLI, for those who have a token (`codecServer` of the configuration).",
    example: 'lurewatch codec-server --port 8081 --origin https://temporal.example.com',
  })
    .option('--host <address>', 'instead of `codecServer.host`')
    .option('--port <n>', 'instead of `codecServer.port`', portNumber)
    .option('--origin <origin...>', 'instead of `codecServer.origins`: the Web UIs whose pages may ask', origins)
    .addOption(logLevelOption('info'))
    .action(runCodecServer);
}

async function runCodecServer(options: CodecServerOptions): Promise<void> {
  const level = logLevel(options.logLevel, 'info');
  const loaded = withOptions(await loadConfig(options.config), options);
  const [{ createLog }, { startCodecServer }] = await Promise.all([
    import('../../log/logger.js'),
    import('../../temporal/codec/server/codec-server.js'),
  ]);
  const stop = stopSignal();
  try {
    const server = await startCodecServer(loaded, createLog(level));
    note(`Codec server: ${server.url}. Ctrl-C ends it.`);
    if (options.json) printJson({ ready: true, url: server.url });
    if (!stop.signal.aborted) await new Promise((done) => stop.signal.addEventListener('abort', done, { once: true }));
    await server.close();
  } finally {
    stop.dispose();
  }
}

function withOptions(loaded: LoadedConfig, { host, port, origin }: CodecServerOptions): LoadedConfig {
  const { config } = loaded;
  const codecServer = {
    ...config.codecServer,
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(origin === undefined ? {} : { origins: [...origin] }),
  };
  return { ...loaded, config: { ...config, codecServer } };
}

function portNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) throw new InvalidArgumentError('It must be a port, or 0.');
  return Number(text);
}

function origins(text: string, before: readonly string[] = []): readonly string[] {
  const wrong = 'It must be an origin: https://host or https://host:port, without a path.';
  if (!originPattern.test(text)) throw new InvalidArgumentError(wrong);
  return [...before, text];
}
