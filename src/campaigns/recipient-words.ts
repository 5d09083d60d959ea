import { domainOfAddress } from '../indicators/observables/registrable-domain.js';
import type { Recipient } from './types.js';

/** Of a mail to many: the first ones are enough to be written to by name. */
const mostRecipients = 50;
const shortest = 3;

/** What mailboxes of a purpose are called: in a subject these are words like any other. */
const roles: ReadonlySet<string> = new Set(
  [
    'abuse account accounting accounts admin administrator alert alerts billing careers contact finance help helpdesk',
    'hello hostmaster hr info invoice invoices it jobs legal mail mailbox marketing no noreply office order orders',
    'payable payment payments payroll phish phishing postmaster press purchasing report reports reply sales secure',
    'security service services shop soc spam staff support team the user users web webmaster',
  ].flatMap((line) => line.split(' ')),
);

/** In lower case. */
export interface RecipientWords {
  /** Of their names, as in their addresses and before them. */
  readonly names: ReadonlySet<string>;
  /** `corp.example`. */
  readonly domains: readonly string[];
}

/** @param wordsOf divides a text into words as a subject is divided */
export function recipientWords(
  recipients: readonly Recipient[],
  wordsOf: (text: string) => readonly string[],
): RecipientWords {
  const first = recipients.slice(0, mostRecipients);
  const names = first.flatMap(({ name, address }) => [
    ...wordsOf(name),
    ...wordsOf(address.slice(0, Math.max(0, address.lastIndexOf('@')))),
  ]);
  const domains = first.map(({ address }) => domainOfAddress(address)).filter((domain) => domain !== undefined);
  return {
    names: new Set(names.filter((word) => word.length >= shortest && !roles.has(word))),
    domains: [...new Set(domains)],
  };
}
