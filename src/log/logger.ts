import { pino } from 'pino';

/** Levels as Temporal's SDK names them, in lower case. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What passes through here is data beside a fixed text, never a mail body and never a secret. */
export interface Log {
  trace(message: string, data?: Readonly<Record<string, unknown>>): void;
  debug(message: string, data?: Readonly<Record<string, unknown>>): void;
  info(message: string, data?: Readonly<Record<string, unknown>>): void;
  warn(message: string, data?: Readonly<Record<string, unknown>>): void;
  error(message: string, data?: Readonly<Record<string, unknown>>): void;
}

/** One JSON object a line, to standard error or a file; standard output belongs to the commands. */
export function createLog(level: LogLevel, file?: string): Log {
  const destination = pino.destination({ dest: file ?? 2, sync: true, mkdir: true });
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
    },
    destination,
  );
  const at =
    (name: Exclude<LogLevel, 'silent'>) =>
    (message: string, data: Readonly<Record<string, unknown>> = {}) =>
      logger[name](data, message);
  return { trace: at('trace'), debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
