import type { Alert } from '../../alerts/types.js';

/** How much of an alert a target takes. */
export interface AlertLimits {
  /** Further events go, the last ones first. */
  readonly events?: number;
  readonly sizes: readonly SizeLimit[];
}

/** One thing that a target counts: bytes or characters of a request's body, observables, artifacts. */
export interface SizeLimit {
  readonly most: number;
  /** Of what would be sent for this alert. Pure; less for an alert that holds less. */
  readonly measure: (alert: Alert) => number;
  /**
   * Cheap, never more than `measure`, and less wherever fewer characters of the alert are left: of what is far too
   * large no request needs to be made to see that (`textLength`, where a request holds all of the alert).
   */
  readonly least?: ((alert: Alert) => number) | undefined;
}

/** The characters of all texts of an alert: whatever holds them all is no shorter, in characters and in bytes. */
export function textLength({ name, events }: Alert): number {
  let length = name.length;
  for (const event of events) for (const text of Object.values(event)) length += text.length;
  return length;
}

export interface TrimmedAlert {
  readonly alert: Alert;
  /** One sentence for each field that lost something; empty where nothing was cut. */
  readonly cuts: readonly string[];
}
