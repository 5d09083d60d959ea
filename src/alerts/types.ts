import type { Finding } from '../indicators/types.js';
import type { MispEvent } from '../misp/types.js';

/** One event of an alert: flat, every value a string (the names SecOps playbooks expect). */
export type AlertEvent = Readonly<Record<string, string>>;

/** An alert as a SOAR ingests it. Names are those of the Google SecOps (Siemplify) email connector, to the letter. */
export interface Alert {
  /** The alert id. */
  readonly display_id: string;
  /** The cleaned Message-ID, made unique; the alert id where there is none. */
  readonly ticket_id: string;
  readonly name: string;
  readonly rule_generator: string;
  /** Unix milliseconds. */
  readonly start_time: number;
  readonly end_time: number;
  /** -1 informative, 40 low, 60 medium, 80 high, 100 critical. */
  readonly priority: number;
  readonly device_vendor: string;
  readonly device_product: string;
  readonly environment: string;
  readonly events: readonly AlertEvent[];
}

/** What is stored under an alert id before anything is sent. Every attempt sends these very values. */
export interface AlertDocument {
  readonly version: 1;
  /** 26 characters of base32 in lower case: the identity for ever. */
  readonly alertId: string;
  /** SHA-256 (hex) that the alert id is cut from. */
  readonly identity: string;
  readonly ticketId: string;
  readonly messageId: string | null;
  /** The first mailbox and folder the message was met in. */
  readonly mailbox: string;
  readonly folder: string;
  /** INTERNALDATE, Unix milliseconds. */
  readonly receivedAtMs: number;
  /** SHA-256 (hex) of the raw message. */
  readonly evidence: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string | null;
  readonly urls: readonly string[];
  readonly findings: readonly Finding[];
  readonly alert: Alert;
  /** Null where the message has no indicators, or MISP is not configured. */
  readonly mispEvent: MispEvent | null;
}
