import { domainToUnicode } from 'node:url';
import libmime from 'libmime';
import addressparser, { type Address, type MailboxAddress } from 'nodemailer/lib/addressparser';
import { type Mailbox, simpleAddresses } from './simple-addresses.js';

export interface Addresses {
  /** As people see them, comma-joined. */
  readonly text: string;
  /** Bare, in lower case. */
  readonly addresses: readonly string[];
}

/**
 * An address list (RFC 5322 §3.4): nodemailer reads its syntax, libmime its encoded words. Syntax comes first (RFC 2047
 * §5), so that an encoded word beside an address is a name and never an address itself.
 */
export function decodeAddresses(list: string): Addresses {
  const entries = simpleAddresses(list) ?? decodeEntries(addressparser(list));
  return { text: entries.map(displayed).join(', '), addresses: [...new Set(entries.flatMap(bareAddresses))] };
}

/** The mailboxes of an address list, those of groups too, each with the name that mail programs show. */
export function decodeMailboxes(list: string): readonly Mailbox[] {
  return mailboxesOf(simpleAddresses(list) ?? decodeEntries(addressparser(list)));
}

function mailboxesOf(entries: readonly Address[]): readonly Mailbox[] {
  return entries.flatMap((entry) =>
    entry.group === undefined ? [{ name: entry.name, address: entry.address }] : mailboxesOf(entry.group),
  );
}

function decodeEntries(entries: readonly Address[]): Address[] {
  const plain = entries.filter((entry) => !isWrapped(entry));
  return [...plain, ...entries.filter(isWrapped).flatMap(unwrapped)].map(decodeEntry);
}

/** Encoded words where there are any. */
export function decodeWords(text: string): string {
  return text.includes('=?') ? libmime.decodeWords(text) : text;
}

/** Some senders encode the whole of `Name <address>`, against RFC 2047 §5, and mail programs show what is inside. */
function isWrapped(entry: Address): boolean {
  if (entry.address) return false;
  return /^(?:=\?[^?]+\?b\?[^?]*\?=\s*)+$/i.test(entry.name) && hasAngleAddress(decodeWords(entry.name));
}

function unwrapped(entry: Address): Address[] {
  return [...addressparser(decodeWords(entry.name)), ...(entry.group ?? [])];
}

/** `/<[^<>]+@[^<>]+>/` in linear time. */
function hasAngleAddress(text: string): boolean {
  return text.split('<').some((piece, index) => {
    const end = piece.indexOf('>');
    const at = piece.indexOf('@', 1);
    return index > 0 && at > 0 && at < end - 1;
  });
}

function decodeEntry(entry: Address): Address {
  const name = decodeWords(entry.name.trim());
  if (entry.group !== undefined) return { name, group: decodeEntries(entry.group) };
  return { name, address: decodeAddress(entry) };
}

/** A bare address in Unicode, as mail programs show it. One that hides blanks or a second address is left out. */
function decodeAddress({ address: sent }: MailboxAddress): string {
  const encoded = /=\?[^?]+\?[bq]\?[^?]*\?=/i.test(sent);
  const address = encoded ? decodeWords(sent) : sent;
  if (encoded && (!/^[^\s@]+@[^\s@]+$/.test(address) || address.includes('=?'))) return '';
  const [, user, domain] = /^(.*@)(xn--[a-z0-9.-]+)$/is.exec(address) ?? [];
  if (user === undefined || domain === undefined) return address;
  return user + (domainToUnicode(domain) || domain);
}

/** Quotes inside a name are escaped (RFC 5322 §3.2.4): whoever reads this again must not find addresses in a name. */
function displayed(entry: Address): string {
  const name = entry.name === '' ? '' : `"${entry.name.replaceAll(/["\\]/g, '\\$&')}"`;
  if (entry.group !== undefined) return `${name === '' ? '' : `${name}: `}${entry.group.map(displayed).join(', ')};`;
  if (entry.address === '') return name;
  return name === '' ? entry.address : `${name} <${entry.address}>`;
}

function bareAddresses(entry: Address): string[] {
  if (entry.group !== undefined) return entry.group.flatMap(bareAddresses);
  return entry.address === '' ? [] : [entry.address.toLowerCase()];
}
