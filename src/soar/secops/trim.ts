import type { Alert } from '../../alerts/types.js';
import { observablesOf } from '../observables.js';
import { type TrimmedAlert, textLength } from '../trim/limits.js';
import { trimAlert } from '../trim/trim-alert.js';

/**
 * The platform's 8 million, less what the request adds around alert and events, counted over the alert as JSON, which is
 * never shorter than what the platform counts. Above it the platform trims on its own, without saying so.
 */
const mostCharacters = 7_900_000;
const mostEvents = 500;
/**
 * Which fields become entities is up to the mapping over there, and it makes no more of them than there are values that
 * an analyst would look up. Above the limit it drops some without saying so.
 */
const mostEntities = 500;

export function trimForSecops(alert: Alert): Promise<TrimmedAlert> {
  return trimAlert(alert, {
    events: mostEvents,
    sizes: [
      { most: mostEntities, measure: (trimmed) => observablesOf(trimmed).length },
      { most: mostCharacters, measure: (trimmed) => JSON.stringify(trimmed).length, least: textLength },
    ],
  });
}
