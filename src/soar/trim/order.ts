/**
 * What is cut of a field:
 * - `characters`: its end;
 * - `values`: the last ones of a comma-joined list, each as a whole;
 * - `whole`: all of it or nothing, since half of it is of no use.
 */
export type CutOf = 'characters' | 'values' | 'whole';

/** In all fields of a step as much is kept, the most that fits: what is short stays whole. */
export interface Step {
  readonly of: CutOf;
  readonly takes: (field: string) => boolean;
  /** So much is kept of each field, whatever this step is to save. */
  readonly floor: number;
}

const original = /^(original|eml)(_|$)/;
const bodies = /^(body|text|html)(_|$)/;
/** What every alert tells of a mail, of one it carries and of a report; `name` is that of the alert. */
const headings =
  /^(name|Subject|SourceUserName|DestinationUserName|findings|reported_by|report_subject|orig_(from|to|subject|date)(_\d+)?)$/;
/** What is known of each stands in columns beside them (src/alerts/url-fields.ts), which end where they do. */
const clickUrls = /^found_url(_.+)?$/;
const lists =
  /^(found_.+|unsubscribe_url|file_.+|received_ip|reply_to|return_path|envelope_to|report_url|orig_url(_\d+)?)$/;
/**
 * Identities, counts, verdicts of the own host, and what the configuration says; no header field and none of the
 * configuration's own, whatever its name (src/alerts/mistakes.ts has those that it cannot have).
 */
const untouched =
  /^(StartTime|EndTime|event_name|device_product|environment|tags|custom_case_name|auth_.+|(found|file|orig|report)_(.+_)?count|(orig|report)_message_id(_\d+)?|lurewatch_.+)$/;

type FieldKind = 'original' | 'body' | 'heading' | 'clickUrls' | 'list' | 'untouched' | 'other';

const kinds: readonly (readonly [FieldKind, RegExp])[] = [
  ['untouched', untouched],
  ['original', original],
  ['body', bodies],
  ['heading', headings],
  ['clickUrls', clickUrls],
  ['list', lists],
];

/** `other`: header fields (`header_…`) and fields of the configuration's own. */
function kindOf(field: string): FieldKind {
  return kinds.find(([, names]) => names.test(field))?.[0] ?? 'other';
}

function step(kind: FieldKind, of: CutOf, floor: number): Step {
  return { of, floor, takes: (field) => kindOf(field) === kind };
}

/** Whether a field is a comma-joined list. */
export function isList(field: string): boolean {
  const kind = kindOf(field);
  return kind === 'list' || kind === 'clickUrls';
}

/** The order, from what goes first: docs/targets/trimming.md is this table in words. */
export const steps: readonly Step[] = [
  step('original', 'whole', 0),
  step('body', 'characters', 0),
  step('other', 'characters', 0),
  step('heading', 'characters', 200),
  step('list', 'values', 20),
  step('clickUrls', 'values', 20),
];

/** After the last whole events: for a limit that the beginning of everything is still too long for. */
export const lastSteps: readonly Step[] = [
  step('list', 'values', 0),
  step('clickUrls', 'values', 0),
  step('heading', 'characters', 0),
];
