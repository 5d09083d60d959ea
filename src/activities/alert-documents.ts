import { createHash } from 'node:crypto';
import { type AlertInput, buildAlert } from '../alerts/build-alert.js';
import { fieldsCut, named } from '../alerts/content.js';
import { type OpenedReport, openReport } from '../alerts/open-report.js';
import type { AlertDocument, ReportInfo } from '../alerts/types.js';
import { withoutExcluded } from '../alerts/without-excluded.js';
import type { Exclusion } from '../indicators/exclude/exclusion.js';
import type { Extraction, Finding, FoundUrl } from '../indicators/types.js';
import type { MessageRecord } from '../ledger/records.js';
import { alertIdOf, cleanMessageId } from '../mail/identity.js';
import { buildMispEvent } from '../misp/build-event.js';
import { decideRoute, documentRoute } from '../routing/router.js';
import type { Asked } from './ask-warninglists.js';
import { type Dependencies, type Mailbox, mispSinkName } from './dependencies.js';

/** What becomes one alert: a message, or a mail that it carries. */
export interface AlertSource extends Pick<MessageRecord, 'alertId' | 'identity'> {
  readonly extraction: Extraction;
  readonly original?: OriginalSource;
}

/** What tells the alert of a carried mail of its report. */
export interface OriginalSource {
  readonly report: ReportInfo;
  /** What stands in the report and in none of its mails, where this one is to tell it. */
  readonly rest?: OpenedReport['rest'];
  /** All that was found in the report: who got it, and whom from, counts for its mails too. */
  readonly carrier: Extraction;
}

/** The mails that become alerts in a message's place; empty: it is one itself. */
export function originalsOf({ config }: Pick<Mailbox, 'config'>, message: AlertSource): readonly AlertSource[] {
  const opened = config.alertFor === 'originals' ? openReport(message.extraction) : undefined;
  if (opened === undefined) return [];
  const { from, subject, messageId } = message.extraction;
  const report = { alertId: message.alertId, from, subject, messageId: cleanMessageId(messageId) };
  return opened.mails.map(({ key, extraction }, index) => {
    const identity = originalIdentity(message.identity, key);
    const original = { report, carrier: message.extraction, ...(index === 0 ? { rest: opened.rest } : {}) };
    return { alertId: alertIdOf(identity), identity, extraction, original };
  });
}

/** Of the report's identity and which mail it is: the same report gives the same alerts wherever and however often. */
function originalIdentity(reportIdentity: string, key: string): string {
  return createHash('sha256').update(`lurewatch original mail 1\n${reportIdentity}\n${key}`).digest('hex');
}

/** The document of an alert: everything that will ever be sent for it. */
export function documentOf(
  dependencies: Pick<Dependencies, 'config' | 'exclusion'>,
  mailbox: Pick<Mailbox, 'name' | 'config'>,
  record: MessageRecord,
  found: Extraction,
  ticketId: string,
  asked: Asked = { findings: [] },
  original?: OriginalSource,
): AlertDocument {
  const { config, exclusion } = dependencies;
  const { alertId, identity, internalDateMs: receivedAtMs, folder, evidence } = record;
  const kept = withoutExcluded(found, exclusion, asked.known);
  const ofReport = filesOfReport(original?.rest?.files ?? 0);
  const findings = [...kept.findings, ...asked.findings, ...ofReport, ...fieldsCut(kept, mailbox.config.alert)];
  const extraction = { ...kept, findings };
  const leading = extraction.urls.filter(isLeading);
  const decided = decideRoute(mailbox.config, found, original?.carrier);
  const { environment = mailbox.config.environment, priority = mailbox.config.priority, tags } = decided?.sets ?? {};
  // What the own host says of the report says nothing of the mails in it.
  const authserv = original === undefined ? mailbox.config.authserv : undefined;
  const { authservHeaders } = mailbox.config;
  const report = original && { info: original.report, urls: urlsOfReport(original, exclusion, asked) };
  const document: AlertDocument = {
    version: 1,
    alertId,
    identity,
    ticketId,
    messageId: cleanMessageId(extraction.messageId),
    mailbox: mailbox.name,
    folder,
    receivedAtMs,
    evidence,
    from: extraction.from,
    to: extraction.to,
    subject: extraction.subject,
    urls: leading.map(({ url }) => url),
    findings,
    alert: buildAlert({
      alertId,
      ticketId,
      extraction,
      receivedAtMs,
      environment,
      priority,
      authserv,
      authservHeaders,
      report,
      tags,
      content: mailbox.config.alert,
      carried: original === undefined ? carriedEvents(mailbox, found, { record, exclusion, asked }) : [],
    }),
    mispEvent:
      config.misp === undefined
        ? null
        : buildMispEvent({ ...extraction, urls: leading, alertId, mailbox: mailbox.name, receivedAtMs }, config.misp),
    ...(original === undefined ? {} : { report: original.report }),
    ...(decided === undefined ? {} : { route: documentRoute(mailbox.config, decided, mispSinkName) }),
    ...(mailbox.config.alert?.attachOriginal === true ? { attachOriginal: true } : {}),
  };
  return named(document, mailbox.config.alert);
}

/** With `alertFor: events`: the mails that a report carries, each a further event of its alert. */
function carriedEvents(
  { config }: Pick<Mailbox, 'config'>,
  found: Extraction,
  from: { readonly record: MessageRecord; readonly exclusion: Exclusion; readonly asked: Asked },
): NonNullable<AlertInput['carried']> {
  const opened = config.alertFor === 'events' ? openReport(found) : undefined;
  if (opened === undefined) return [];
  const { record, exclusion, asked } = from;
  const { subject, messageId } = found;
  const info = { alertId: record.alertId, from: found.from, subject, messageId: cleanMessageId(messageId) };
  const ofReport = urlsOfReport({ rest: opened.rest }, exclusion, asked);
  return opened.mails.map(({ extraction }, index) => {
    const kept = withoutExcluded(extraction, exclusion, asked.known);
    return {
      extraction: { ...kept, findings: [...kept.findings, ...fieldsCut(kept, config.alert)] },
      report: { info, urls: index === 0 ? ofReport : [] },
    };
  });
}

/** The document of a report whose mails are alerts of their own: it names them, and nothing of it is sent. */
export function reportDocument(document: AlertDocument, originalAlertIds: readonly string[]): AlertDocument {
  const { route: _, ...rest } = document;
  return { ...rest, mispEvent: null, originalAlertIds };
}

function filesOfReport(files: number): readonly Finding[] {
  if (files === 0) return [];
  const what = files === 1 ? 'a file that belongs' : `${files} files that belong`;
  return [{ code: 'report-files', text: `The report holds ${what} to none of the mails that it carries.` }];
}

function urlsOfReport(
  { rest }: Pick<OriginalSource, 'rest'>,
  exclusion: Exclusion,
  { known }: Asked,
): readonly string[] {
  const { urls } = exclusion.apply((rest?.urls ?? []).filter(isLeading), [], known);
  return urls.map(({ url }) => url);
}

function isLeading({ kind }: FoundUrl): boolean {
  return kind !== 'unsubscribe';
}
