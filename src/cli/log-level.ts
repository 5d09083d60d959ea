import { Option } from 'commander';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { type LogLevel, logLevels } from '../log/logger.js';

export function logLevelOption(fallback: LogLevel): Option {
  return new Option('--log-level <level>', `default: LUREWATCH_LOG_LEVEL, else ${fallback}`).choices(logLevels);
}

/** The level of the option, else of the environment. Throws LW_USAGE. */
export function logLevel(option: LogLevel | undefined, fallback: LogLevel): LogLevel {
  const named = option ?? process.env.LUREWATCH_LOG_LEVEL;
  if (named === undefined || named === '') return fallback;
  const level = logLevels.find((known) => known === named);
  if (level !== undefined) return level;
  throw new LurewatchError('LW_USAGE', `LUREWATCH_LOG_LEVEL is "${named}"`, {
    mend: `Set it to one of ${logLevels.join(', ')}.`,
  });
}
