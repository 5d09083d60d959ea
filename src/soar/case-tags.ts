import type { Alert } from '../alerts/types.js';
import { wellFormed } from '../text/well-formed.js';

/** What rules and campaigns add to an alert. */
export type Grouped = Pick<Alert, 'tags' | 'source_grouping_identifier'>;

/** The tags of a case, each once: those of the target, those that rules gave the alert, and `campaign:<key>`. */
export function caseTags(
  { tags = [], source_grouping_identifier: campaign = '' }: Grouped,
  own: readonly string[],
  longest: number,
): readonly string[] {
  const all = [...own, ...tags, ...(campaign === '' ? [] : [`campaign:${campaign}`])];
  return [...new Set(all.map((tag) => wellFormed(tag.slice(0, longest))))].filter((tag) => tag !== '');
}
