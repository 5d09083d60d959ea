import type { HeaderAddresses } from './header-observables.js';
import { findMailAddresses } from './mail-addresses.js';
import { domainOfAddress, hostNameOf } from './registrable-domain.js';

export type SenderMismatch = 'reply-to-mismatch' | 'return-path-mismatch' | 'display-name-mismatch';

/** A sender as mail programs show it. */
export interface NamedAddress {
  readonly name: string;
  readonly address: string;
}

/** What a mail that came over a mailing list says of it. Domains are those that somebody registered. */
export interface MailingList {
  readonly domains: readonly string[];
  /** Of those that the mail was sent to. */
  readonly recipientDomains: readonly string[];
}

/**
 * Where a mail claims to come from one place and answers, bounces or shows another. Domains are compared as registered:
 * `bounces.shop.example` and `shop.example` are the same. Over a mailing list, bounces go to the list and not to who wrote
 * (RFC 2919, RFC 5321 §3.9.2), which says nothing. But who forges a list too cannot hide behind it that he writes in the
 * name of the recipient's own company.
 * @param list null where the mail says that it came over none
 */
export function senderMismatches(
  { from, replyTo, returnPath }: Pick<HeaderAddresses, 'from' | 'replyTo' | 'returnPath'>,
  senders: readonly NamedAddress[],
  list: MailingList | null = null,
): readonly SenderMismatch[] {
  const own = new Set(from.map(domainOfAddress));
  const elsewhere = (address: string) => from.length > 0 && !own.has(domainOfAddress(address));
  const isOfColleague = list?.recipientDomains.some((domain) => own.has(domain)) === true;
  const isOfList = (address: string) =>
    !isOfColleague && list?.domains.includes(domainOfAddress(address) ?? '') === true;
  const shown = senders.some(({ name, address }) => {
    const inName = findMailAddresses(name);
    return inName.length > 0 && !inName.includes(inAscii(address));
  });
  return [
    ...(replyTo.some(elsewhere) ? (['reply-to-mismatch'] as const) : []),
    ...(returnPath.some((address) => elsewhere(address) && !isOfList(address))
      ? (['return-path-mismatch'] as const)
      : []),
    ...(shown ? (['display-name-mismatch'] as const) : []),
  ];
}

/** As addresses of a text are given. */
function inAscii(address: string): string {
  const at = address.lastIndexOf('@') + 1;
  return `${address.slice(0, at)}${hostNameOf(address.slice(at))?.host ?? address.slice(at)}`.toLowerCase();
}
