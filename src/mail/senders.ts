import type { HeaderAddresses } from '../indicators/observables/header-observables.js';
import type { NamedAddress } from '../indicators/observables/sender-mismatches.js';
import { decodeAddresses, decodeMailboxes } from './decode-addresses.js';
import { decodeField } from './decode-headers.js';
import { firstHeader, type HeaderField } from './headers.js';

const maxEnvelopeFields = 20;

/** Who a message says it is from, in each of the fields that say so. */
export function readSenders(fields: readonly HeaderField[]): {
  readonly addresses: HeaderAddresses;
  /** Of From, with the names that mail programs show. */
  readonly senders: readonly NamedAddress[];
} {
  const first = (name: string) => decodeField(firstHeader(fields, name) ?? '', fields);
  const addressesOf = (value: string) => (value === '' ? [] : decodeAddresses(value).addresses);
  const senders = decodeMailboxes(first('from'));
  const envelope = fields.filter(({ name }) => name === 'delivered-to' || name === 'x-original-to');
  return {
    addresses: {
      from: bareAddresses(senders),
      replyTo: addressesOf(first('reply-to')),
      // The last server writes it above all that the sender wrote (RFC 5321 §4.4).
      returnPath: addressesOf(first('return-path')),
      envelope: unique(
        envelope.slice(0, maxEnvelopeFields).flatMap(({ value }) => addressesOf(decodeField(value, fields))),
      ),
    },
    senders,
  };
}

function bareAddresses(mailboxes: readonly NamedAddress[]): readonly string[] {
  return unique(mailboxes.flatMap(({ address }) => (address === '' ? [] : [address.toLowerCase()])));
}

function unique(values: readonly string[]): readonly string[] {
  return values.length < 2 ? values : [...new Set(values)];
}
