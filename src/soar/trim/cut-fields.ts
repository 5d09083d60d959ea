import type { Alert, AlertEvent } from '../../alerts/types.js';
import { wellFormed } from '../../text/well-formed.js';
import type { Step } from './order.js';

/** Every alert has these, if only empty; others are left out where nothing is left of them. */
const always: ReadonlySet<string> = new Set(['Subject', 'SourceUserName', 'DestinationUserName', 'found_url']);

/** The alert with at most `most` characters, or values, in each field of the step. */
export function cutFields(alert: Alert, step: Step, most: number): Alert {
  return {
    ...alert,
    name: step.takes('name') ? cutText(alert.name, step, most) : alert.name,
    events: alert.events.map((event) => cutEvent(event, step, most)),
  };
}

function cutEvent(event: AlertEvent, step: Step, most: number): AlertEvent {
  let changed = false;
  const fields = Object.entries(event).flatMap(([field, text]) => {
    if (!step.takes(field)) return [[field, text] as const];
    const cut = cutText(text, step, most);
    changed ||= cut !== text;
    return cut === '' && text !== '' && !always.has(field) ? [] : [[field, cut] as const];
  });
  // The very same, so that what is known of it still is.
  return changed ? Object.fromEntries(fields) : event;
}

function cutText(text: string, { of }: Step, most: number): string {
  if (of === 'values') return firstValues(text, most);
  if (text.length <= most) return text;
  return of === 'whole' ? '' : wellFormed(text.slice(0, most));
}

/** The first values of a comma-joined list. */
function firstValues(list: string, count: number): string {
  if (count === 0) return '';
  let end = -1;
  for (let number = 0; number < count; number += 1) {
    end = list.indexOf(',', end + 1);
    if (end === -1) return list;
  }
  return list.slice(0, end);
}

/** The longest field of a step, in what the step counts: cutting to this cuts nothing. */
export function longestOf(alert: Alert, step: Step): number {
  let longest = step.takes('name') ? alert.name.length : 0;
  for (const event of alert.events) {
    for (const [field, text] of Object.entries(event)) {
      if (step.takes(field)) longest = Math.max(longest, step.of === 'values' ? countValues(text) : text.length);
    }
  }
  return longest;
}

export function countValues(list: string): number {
  if (list === '') return 0;
  let count = 1;
  for (let at = list.indexOf(','); at !== -1; at = list.indexOf(',', at + 1)) count += 1;
  return count;
}
