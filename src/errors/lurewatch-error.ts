import { catalogue, type ErrorCode } from './catalogue.js';

export interface ErrorContext {
  /** Where it happened: a mailbox, a target, a configuration path. Never a secret. */
  readonly where?: string | undefined;
  /** What to do, where that is more precise than the catalogue's general advice. */
  readonly mend?: string | undefined;
  readonly cause?: unknown;
  /** How long the other side asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Data for programs: goes to the Temporal failure's `details`. Never a secret, never a mail body. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The one error class of Lurewatch: a stable code, what happened, where, and what to do.
 * Its message is complete by itself, since the Web UI and the terminal show nothing else.
 */
export class LurewatchError extends Error {
  override readonly name = 'LurewatchError';
  readonly code: ErrorCode;
  readonly where: string | undefined;
  /** What to do, where that is more precise than the catalogue's general advice. */
  readonly mend: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  /** The message without place, advice and code. */
  readonly what: string;

  /** @param what what happened, as a sentence without its full stop */
  constructor(code: ErrorCode, what: string, context: ErrorContext = {}) {
    const place = context.where === undefined ? '' : `${context.where}: `;
    // What a server said may end in a full stop.
    const sentence = what.replace(/\.$/, '');
    super(`${place}${sentence}. ${context.mend ?? catalogue[code].mend} [${code}]`, { cause: context.cause });
    this.code = code;
    this.what = what;
    this.where = context.where;
    this.mend = context.mend;
    this.retryAfterMs = context.retryAfterMs;
    this.details = context.details;
  }

  get retryable(): boolean {
    return catalogue[this.code].retryable;
  }
}

export function isLurewatchError(error: unknown, ...codes: ErrorCode[]): error is LurewatchError {
  return error instanceof LurewatchError && (codes.length === 0 || codes.includes(error.code));
}
