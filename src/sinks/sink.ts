import type { AlertDocument } from '../alerts/types.js';
import type { ErrorCode } from '../errors/catalogue.js';
import type { Warning } from '../errors/warning.js';

/**
 * What a sink can promise about a repeated send of one alert:
 * - `server`: it recognises the repeated id itself, at any time, also while the first request is still in flight;
 * - `lookup`: it can be asked, once no earlier request can be in flight any more;
 * - `none`: neither. Delivery is then at least once, and `check` and the documentation say so.
 */
export type RepeatPromise = 'server' | 'lookup' | 'none';

/** What a sink takes: an alert, or a revision of a feed's event. */
export interface Sendable {
  /** Under which the ledger keeps what became of it. */
  readonly alertId: string;
}

/** What became of one alert in a call. */
export type SendResult =
  | {
      readonly status: 'delivered';
      /** The case, event or file it became, as a person finds it there; '' where the sink gives none. */
      readonly reference: string;
      /** Where the sink tells them apart. */
      readonly action?: 'created' | 'updated' | 'unchanged';
      /** What a person should know though it was delivered (a dropped attribute …). */
      readonly warnings?: readonly Warning[];
    }
  | {
      readonly status: 'rejected';
      readonly reason: string;
      /** Where a rejection has a name of its own. */
      readonly code?: ErrorCode;
      /** Nothing of it is there: what the sink has under its id is of others. Told only where that was asked for. */
      readonly untouched?: true;
    };

/**
 * A call that is several requests, or waits long for its turn, asks this before each further step that changes something.
 * Rejects, with an error that says it may have been carried out in part, where others may have taken its alerts over.
 */
export type MayGoOn = () => Promise<void>;

/**
 * A place that a message must reach: a target (SOAR) or MISP.
 *
 * `send` answers for each alert in the order given, or throws a LurewatchError for the call as a whole:
 * - LW_TARGET_UNAVAILABLE, LW_MISP_UNAVAILABLE: certainly not carried out, try later (with `retryAfterMs` if asked);
 * - LW_TARGET_AMBIGUOUS, LW_TARGET_ANSWER, LW_MISP_AMBIGUOUS: may have been carried out (timeout, cut, 5xx);
 * - LW_TARGET_AUTH, _REFUSES, _TLS, LW_MISP_AUTH, _REFUSES, _TLS: the sink itself is the trouble;
 * - LW_PROXY_REFUSES: the proxy on the way to it is, and nothing was carried out;
 * - LW_TARGET_REJECTED, LW_MISP_REJECTED: a call that carried several alerts was rejected as a whole; the caller
 *   halves it. (A call with one alert answers `rejected` instead.)
 */
export interface Sink<Item extends Sendable = AlertDocument> {
  /** The target's name in the configuration, or `misp`. */
  readonly name: string;
  readonly repeats: RepeatPromise;
  /** How many alerts one call may carry. */
  readonly alertsPerCall: number;
  /** How many calls run at the same time, from one worker. */
  readonly concurrency: number;
  /** A request is certainly no longer in flight this long after `send` was called, in milliseconds. */
  readonly inFlightMs: number;
  /** False: this alert has nothing to tell this sink (a mail without indicators and MISP): it counts as reached. */
  wants(document: Item): boolean;
  send(documents: readonly Item[], signal: AbortSignal, mayGoOn?: MayGoOn): Promise<readonly SendResult[]>;
  /** Asks the sink for an alert sent before: its reference, or undefined if it certainly is not there. */
  find?(document: Item, signal: AbortSignal): Promise<string | undefined>;
  /** Verifies address, credentials and permission without creating anything. One line each, for people. */
  check(signal?: AbortSignal): Promise<readonly string[]>;
  close(): Promise<void>;
}
