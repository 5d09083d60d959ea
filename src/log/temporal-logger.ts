import type { Logger, LogLevel as TemporalLevel } from '@temporalio/worker';
import type { Log } from './logger.js';

const names = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** What the SDK warns of, since it might be a mistake, and what we mean: most of our Workers have one kind of task. */
const meant = /^No .* registered, not polling for /;

/** Temporal's SDK, workflows and activities log through the same logger as everything else. */
export function temporalLogger(log: Log): Logger {
  const at = (level: TemporalLevel) => (message: string, meta?: Record<string | symbol, unknown>) =>
    log[meant.test(message) ? 'debug' : names[level]](message, withoutNoise(meta));
  return {
    log: (level, message, meta) => at(level)(message, meta),
    trace: at('TRACE'),
    debug: at('DEBUG'),
    info: at('INFO'),
    warn: at('WARN'),
    error: at('ERROR'),
  };
}

/** The task token is long and tells a reader nothing. */
function withoutNoise(meta: Record<string | symbol, unknown> = {}): Record<string, unknown> {
  const { taskToken: _, ...data } = meta;
  return data;
}
