import type { Finding } from '../indicators/types.js';
import type { MispEvent } from '../misp/types.js';
import type { DocumentRoute } from '../routing/types.js';

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
  /** The campaign that its mail is one of many of (`campaigns` of the mailbox); absent where it is of none. */
  readonly source_grouping_identifier?: string;
  /** What the route of its mail gives it; absent where that is nothing. */
  readonly tags?: readonly string[];
  readonly events: readonly AlertEvent[];
}

/** The message that carried a mail. */
export interface ReportInfo {
  readonly alertId: string;
  readonly from: string;
  readonly subject: string | null;
  /** Cleaned. */
  readonly messageId: string | null;
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
  /**
   * The message is a report, and each mail that it carries is an alert of its own: their alert ids, decided for ever.
   * Nothing of this document itself is sent.
   */
  readonly originalAlertIds?: readonly string[];
  /** The raw mail (`evidence`) goes with the alert to targets that take files. */
  readonly attachOriginal?: true;
  /** The alert is that of a mail which a report carried; `evidence`, `mailbox` and `receivedAtMs` are the report's. */
  readonly report?: ReportInfo;
  /** Which sinks the alert goes to, decided for ever; absent where the mailbox had no routes. */
  readonly route?: DocumentRoute;
}
