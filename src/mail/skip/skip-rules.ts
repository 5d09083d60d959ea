import { createHash } from 'node:crypto';
import { compileExpression, type Expression, expressionMistake } from '../../expressions/expression.js';
import type { FindingCode } from '../../indicators/findings.js';
import type { Extraction, FoundText } from '../../indicators/types.js';
import { isWithin } from '../is-within.js';
import type { Wanted } from '../wanted.js';
import type { SkipConfig } from './config.js';

/** Which expression of a mailbox's `skip` matched, and what of the mail. */
export interface SkipRule {
  readonly field: 'subject' | 'body' | 'from';
  readonly expression: string;
}

/** Of the text something was not read, or it was read otherwise than programs show it: who knows what else it says. */
const notAllRead: ReadonlySet<string> = new Set<FindingCode>([
  ...(['time-cut', 'memory-cut', 'parser-failed', 'read-plainly', 'read-simply', 'not-read'] as const),
  ...(['size-cut', 'depth-cut', 'parts-cut', 'text-cut', 'no-body', 'raw-scanned', 'boundary-guessed'] as const),
  ...(['encoding-unread', 'message-partial', 'message-encrypted'] as const),
]);

/** What a mailbox's `skip` says, ready to be asked. */
export class SkipRules {
  /** Of all expressions: a decision holds as long as they are the same. */
  readonly digest: string;
  readonly #subject: readonly Expression[];
  readonly #from: readonly Expression[];
  readonly #body: readonly { readonly source: string; readonly sought: string }[];

  constructor({ subject, body, from }: SkipConfig) {
    this.#body = body.map((source) => ({ source, sought: soughtFor(source) }));
    this.#subject = subject.map(compileExpression);
    this.#from = from.map(compileExpression);
    this.digest = createHash('sha256')
      .update(JSON.stringify([subject, body, from]))
      .digest('hex')
      .slice(0, 16);
  }

  /**
   * Why the mail becomes no alert; undefined: it becomes one. What a mail does not have, nothing matches.
   * @param mail with what `wantedBySkip` asks for
   * @param isWhole false: only its beginning was parsed
   */
  ruleFor(mail: Extraction, isWhole: boolean): SkipRule | undefined {
    const { subject, from, fromAddresses, findings } = mail;
    const bySubject = subject === null ? undefined : this.#subject.find(({ test }) => test(subject));
    if (bySubject !== undefined) return { field: 'subject', expression: bySubject.source };
    // A second address in From must not bring a mail past the analysts by itself.
    const senders = fromAddresses.length === 1 ? [from, ...fromAddresses] : from === '' ? [] : [from];
    const bySender = this.#from.find(({ test }) => senders.some(test));
    if (bySender !== undefined) return { field: 'from', expression: bySender.source };
    if (!isWhole || findings.some(({ code }) => notAllRead.has(code))) return undefined;
    const inText = new Set(ownTexts(mail).map((found) => found.expression));
    const byBody = this.#body.find(({ sought }) => inText.has(sought));
    return byBody === undefined ? undefined : { field: 'body', expression: byBody.source };
  }
}

/** What was found in the text of the mail itself, and not in its files or in mails that it carries. */
function ownTexts({ inBody = [], attachments, originals = [] }: Extraction): readonly FoundText[] {
  const others = [...attachments, ...originals.filter(({ how }) => how === 'attached')];
  return inBody.filter((found) => !others.some(({ part }) => isWithin(found.part, part)));
}

/** What of a mail has to be looked for. */
export function wantedBySkip({ skip }: { readonly skip?: SkipConfig | undefined }): Wanted | undefined {
  return skip === undefined || skip.body.length === 0 ? undefined : { inBody: skip.body.map(soughtFor) };
}

/** With a group around all: whether it matches must not depend on a group within it. */
function soughtFor(source: string): string {
  const grouped = `(${source})`;
  // A quotation that nothing ends (`\\Q`) would take the bracket, too.
  return expressionMistake(grouped) === undefined ? grouped : `(${source}\\E)`;
}

const known = new WeakMap<SkipConfig, SkipRules>();

/** Of a mailbox; undefined where it skips nothing. Compiled once. */
export function skipRulesOf(config: { readonly skip?: SkipConfig | undefined }): SkipRules | undefined {
  const { skip } = config;
  if (skip === undefined || skip.subject.length + skip.body.length + skip.from.length === 0) return undefined;
  const rules = known.get(skip) ?? new SkipRules(skip);
  known.set(skip, rules);
  return rules;
}

const longestShown = 200;

/** For people: `subject matches ^Out of office`. */
export function skipText({ field, expression }: SkipRule): string {
  const shown = expression.length > longestShown ? `${expression.slice(0, longestShown)}…` : expression;
  return `${field} matches ${shown}`;
}
