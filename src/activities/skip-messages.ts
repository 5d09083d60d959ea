import { aroundDamage } from '../ledger/around-damage.js';
import type { Ledger } from '../ledger/ledger.js';
import type { MessageRecord, SkipRecord } from '../ledger/records.js';
import { cleanMessageId } from '../mail/identity.js';
import { type SkipRule, type SkipRules, skipRulesOf } from '../mail/skip/skip-rules.js';
import type { ParsedMessage, ParsedMessages } from './build-alerts.js';
import type { Dependencies, Mailbox } from './dependencies.js';

/** A message that may still be skipped. */
export interface Candidate {
  readonly record: MessageRecord;
  /** True: its mailbox has not met it before. */
  readonly fresh: boolean;
}

export interface SkippedMessages {
  /** By alert id. */
  readonly skipped: ReadonlyMap<string, SkipRecord>;
  /** The others, as far as they were parsed to decide it. */
  readonly parsed: ParsedMessages;
}

const nothing: SkippedMessages = { skipped: new Map(), parsed: { parsed: [], lost: new Map() } };

/**
 * Decides which messages become no alert, and keeps that in the ledger before anybody hears of it. What the mailbox has
 * met before and what has an alert by now is never skipped: some of it may have been sent.
 * @param parse called with those that nothing is known of
 */
export async function skipMessages(
  dependencies: Dependencies,
  mailbox: Mailbox,
  candidates: readonly Candidate[],
  parse: (records: readonly MessageRecord[]) => Promise<ParsedMessages>,
): Promise<SkippedMessages> {
  const rules = skipRulesOf(mailbox.config);
  if (rules === undefined || candidates.length === 0) return nothing;
  const before = await skippedAlerts(
    dependencies,
    mailbox,
    candidates.map(({ record }) => record.alertId),
  );
  const left = candidates.filter(({ record }) => !before.has(record.alertId));
  const begun = await withAlert(dependencies, mailbox, left);
  const open = left.filter(({ record }) => !begun.has(record.alertId));
  const { parsed, lost } = await parse(open.map(({ record }) => record));
  const decided = new Map<string, SkipRecord>();
  for (const message of parsed) {
    const { sizeBytes, storedBytes } = message.record;
    const rule = rules.ruleFor(message.extraction, storedBytes >= sizeBytes);
    if (rule !== undefined) decided.set(message.record.alertId, skipRecord(mailbox, rules, rule, message));
  }
  await dependencies.ledger.skips.record([...decided.values()]);
  return {
    skipped: new Map([...before, ...decided]),
    parsed: { parsed: parsed.filter(({ record }) => !decided.has(record.alertId)), lost },
  };
}

/**
 * Of these alert ids, those whose mails the mailbox has skipped by the expressions it has now. A decision counts no more
 * once the mailbox, under other expressions in between, made an alert of the mail.
 */
export async function skippedAlerts(
  { ledger }: { readonly ledger: Pick<Ledger, 'skips' | 'alerts'> },
  { name, config }: Pick<Mailbox, 'name' | 'config'>,
  alertIds: readonly string[],
): Promise<ReadonlyMap<string, SkipRecord>> {
  const rules = skipRulesOf(config);
  if (rules === undefined || alertIds.length === 0) return new Map();
  const found = await ledger.skips.find(name, rules.digest, alertIds);
  const decided = found.filter((record) => record !== undefined);
  const decidedIds = [...new Set(decided.map(({ alertId }) => alertId))];
  const { sound } = await aroundDamage(decidedIds, (some) => ledger.alerts.find(some));
  const stands = ({ alertId }: SkipRecord) => sound.has(alertId) && sound.get(alertId)?.mailbox !== name;
  return new Map(decided.filter(stands).map((record) => [record.alertId, record]));
}

/**
 * Those whose alert this mailbox may have begun to deliver, perhaps under other numbers. One that is damaged may be, too.
 * That another mailbox made an alert of the same mail says nothing of what is new in this one.
 */
async function withAlert(
  { ledger }: Dependencies,
  { name }: Mailbox,
  candidates: readonly Candidate[],
): Promise<ReadonlySet<string>> {
  const alertIds = candidates.map(({ record }) => record.alertId);
  const { sound, damaged } = await aroundDamage([...new Set(alertIds)], (some) => ledger.alerts.find(some));
  const begun = candidates.filter(({ record: { alertId }, fresh }) => {
    const document = sound.get(alertId);
    return damaged.has(alertId) || (document !== undefined && (!fresh || document.mailbox === name));
  });
  return new Set(begun.map(({ record }) => record.alertId));
}

function skipRecord(mailbox: Mailbox, { digest }: SkipRules, rule: SkipRule, message: ParsedMessage): SkipRecord {
  const { alertId, folder, uidValidity, uid, internalDateMs: receivedAtMs, evidence } = message.record;
  const { from, subject, messageId } = message.extraction;
  return {
    ...{ version: 1, mailbox: mailbox.name, digest, rule, alertId, folder, uidValidity, uid, receivedAtMs, evidence },
    ...{ from, subject, messageId: cleanMessageId(messageId), atMs: Date.now() },
  };
}
