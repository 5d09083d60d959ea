import { openReport } from '../alerts/open-report.js';
import type { Extraction } from '../indicators/types.js';
import { decodeMailboxes } from '../mail/decode-addresses.js';
import { isForward } from './subject-shape.js';
import type { CampaignMail, Recipient } from './types.js';

/** Some twenty recipients. This runs beside all else of a worker, so a hostile list must not take long. */
const mostRecipientChars = 1000;

/**
 * What of a message counts for its campaign. A report of one mail counts as that mail, whoever reports it; a mail that
 * only quotes another in its text, as replies do, counts for itself.
 * @param reporter sender of the report that carried this mail, as people see it: the mail was written to him
 */
export function campaignMail(message: Extraction, reporter?: string): CampaignMail {
  const carried = reporter === undefined ? onlyMailIn(message) : undefined;
  return carried === undefined ? mailOf(message, reporter) : mailOf(carried, message.from);
}

function onlyMailIn(message: Extraction): Extraction | undefined {
  const { originals = [], subject } = message;
  const attached = originals.filter(({ how }) => how === 'attached').length;
  // To open a report takes time, and this may be a hostile one.
  if (attached > 1 || (attached === 0 && !(originals.length > 0 && isForward(subject)))) return undefined;
  const [only, second] = openReport(message)?.mails ?? [];
  return second === undefined ? only?.extraction : undefined;
}

function mailOf({ fromAddresses, subject, urls, to, indicators = [] }: Extraction, reporter = ''): CampaignMail {
  const envelope = indicators.flatMap(({ type, value, role }): Recipient[] =>
    role === 'envelope' && type === 'email' ? [{ name: '', address: value }] : [],
  );
  return {
    sender: fromAddresses[0] ?? '',
    subject,
    urls,
    recipients: [...envelope, ...mailboxesIn(reporter), ...mailboxesIn(to)],
  };
}

function mailboxesIn(list: string): readonly Recipient[] {
  if (list === '') return [];
  try {
    return decodeMailboxes(list.slice(0, mostRecipientChars));
  } catch {
    // No alert is worth less for a list that cannot be read.
    return [];
  }
}
