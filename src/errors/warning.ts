import type { WarningCode } from './catalogue.js';

/** What a person should know of something that was done all the same. */
export interface Warning {
  readonly code: WarningCode;
  /** What it is, without a full stop at its end. */
  readonly reason: string;
}
