import type { Alert, AlertEvent } from '../../alerts/types.js';
import { wellFormed } from '../printable.js';

/** What the platform takes of one alert before it trims on its own, without saying so. */
export interface AlertLimits {
  /** Counted over the alert as JSON, which is never shorter than what the platform counts. */
  readonly characters: number;
  readonly events: number;
}

/** The platform's 8 million, less what the request adds around alert and events. */
export const secopsLimits: AlertLimits = { characters: 7_900_000, events: 500 };

export interface TrimmedAlert {
  readonly alert: Alert;
  /** One sentence for each cut; empty where nothing was cut. The same stands in the alert's first event. */
  readonly cuts: readonly string[];
}

/** The event field that tells an analyst what is missing. */
export const cutField = 'lurewatch_cut';
/** Room for that field. */
const noteCharacters = 4_000;
/** No text is cut below this. */
const shortest = 200;

/**
 * Makes an alert fit: events beyond the limit go, then the tails of the longest URL lists (at a comma, so that no
 * URL is cut in two), then the longest other texts. Pure: the same alert is always trimmed to the same bytes.
 */
export function trimAlert(alert: Alert, limits: AlertLimits = secopsLimits): TrimmedAlert {
  const cuts: string[] = [];
  let events = [...alert.events];
  if (events.length > limits.events) {
    cuts.push(`${events.length - limits.events} of ${events.length} events`);
    events = events.slice(0, limits.events);
  }
  let trimmed: Alert = { ...alert, events };
  if (sizeOf(trimmed) > limits.characters) {
    trimmed = cutUrls(trimmed, limits.characters - noteCharacters, cuts);
    trimmed = cutTexts(trimmed, limits.characters - noteCharacters, cuts);
  }
  const [first, ...others] = trimmed.events;
  if (cuts.length === 0 || first === undefined) return { alert: trimmed, cuts };
  const note = `Cut to fit the platform: ${cuts.join('; ')}`.slice(0, noteCharacters / 2);
  return { alert: { ...trimmed, events: [{ ...first, [cutField]: note }, ...others] }, cuts };
}

function sizeOf(alert: Alert): number {
  return JSON.stringify(alert).length;
}

function cutUrls(alert: Alert, characters: number, cuts: string[]): Alert {
  const events = [...alert.events];
  const longestFirst = events.map((event, index) => ({ index, urls: event.found_url ?? '' }));
  longestFirst.sort((a, b) => b.urls.length - a.urls.length);
  let excess = sizeOf(alert) - characters;
  for (const { index, urls } of longestFirst) {
    const event = events[index];
    if (excess <= 0 || event === undefined || urls === '') break;
    const kept = wholeUrls(urls, urls.length - excess);
    events[index] = { ...event, found_url: kept };
    cuts.push(`found_url of event ${index + 1}: ${countOf(kept)} of ${countOf(urls)} URLs kept`);
    excess -= urls.length - kept.length;
  }
  return { ...alert, events };
}

/** The URLs at the beginning of a comma-joined list that fit into `length` characters. */
function wholeUrls(urls: string, length: number): string {
  if (length <= 0) return '';
  // The comma may stand right behind the last character that fits.
  const end = urls.lastIndexOf(',', length);
  return end === -1 ? '' : urls.slice(0, end);
}

function countOf(urls: string): number {
  return urls === '' ? 0 : urls.split(',').length;
}

/** Halves the longest text until all fits, or nothing is left that is worth cutting. */
function cutTexts(alert: Alert, characters: number, cuts: string[]): Alert {
  let trimmed = alert;
  const cutPlaces = new Set<string>();
  while (sizeOf(trimmed) > characters) {
    const longest = longestText(trimmed);
    if (longest.text.length <= shortest) break;
    cutPlaces.add(longest.place);
    trimmed = longest.replace(wellFormed(longest.text.slice(0, Math.floor(longest.text.length / 2))));
  }
  for (const place of cutPlaces) cuts.push(`${place}: its end`);
  return trimmed;
}

interface TextPlace {
  readonly place: string;
  readonly text: string;
  replace(text: string): Alert;
}

function longestText(alert: Alert): TextPlace {
  let longest: TextPlace = { place: 'name', text: alert.name, replace: (name) => ({ ...alert, name }) };
  alert.events.forEach((event, index) => {
    for (const [field, text] of Object.entries(event)) {
      if (text.length <= longest.text.length) continue;
      const place = `${field} of event ${index + 1}`;
      longest = { place, text, replace: (shorter) => withField(alert, index, { ...event, [field]: shorter }) };
    }
  });
  return longest;
}

function withField(alert: Alert, index: number, event: AlertEvent): Alert {
  return { ...alert, events: alert.events.with(index, event) };
}
