import { domainOfAddress, hostNameOf } from '../indicators/observables/registrable-domain.js';
import type { MailingList } from '../indicators/observables/sender-mismatches.js';
import { decodeAddresses } from './decode-addresses.js';
import { firstHeader, type HeaderField } from './headers.js';

const maxRecipientFields = 20;
const recipientFields: ReadonlySet<string> = new Set(['to', 'delivered-to', 'x-original-to']);

/** The mailing list that a message says it came over (RFC 2919, RFC 2369); null where it says nothing of one. */
export function readMailingList(fields: readonly HeaderField[]): MailingList | null {
  const first = (name: string) => (firstHeader(fields, name) ?? '').slice(0, 1000);
  const id = first('list-id');
  const post = /<\s{0,9}mailto:([^<>?]{3,320})/i.exec(first('list-post'))?.[1];
  // Lists that are older than both fields, and their programs, name themselves so.
  const sender = /^\s{0,9}(?:list|bulk)\b/i.test(first('precedence')) ? first('sender') : '';
  const domains = [
    hostNameOf((/<([^<>\s]{3,253})>/.exec(id)?.[1] ?? id).trim())?.domain,
    post === undefined ? undefined : domainOfAddress(post),
    ...domainsIn([sender]),
  ].filter((domain) => domain !== undefined);
  if (domains.length === 0) return null;
  const recipients = fields.filter(({ name }) => recipientFields.has(name)).slice(0, maxRecipientFields);
  return { domains, recipientDomains: domainsIn(recipients.map(({ value }) => value.slice(0, 4000))) };
}

function domainsIn(lists: readonly string[]): readonly string[] {
  const addresses = lists.flatMap((list) => (list === '' ? [] : decodeAddresses(list).addresses));
  return addresses.map(domainOfAddress).filter((domain) => domain !== undefined);
}
