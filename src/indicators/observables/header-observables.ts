import type { IndicatorList } from './indicator-list.js';
import { publicIp } from './ip-addresses.js';
import type { IndicatorRole } from './types.js';

/** Bare addresses in lower case, by the header field they stand in. */
export interface HeaderAddresses {
  readonly from: readonly string[];
  readonly replyTo: readonly string[];
  readonly returnPath: readonly string[];
  /** Delivered-To, X-Original-To. */
  readonly envelope: readonly string[];
}

const maxReceived = 100;
const maxReceivedChars = 4096;
/** `[203.0.113.9]`, `([IPv6:2001:db8::1]:25)` (RFC 5321 §4.1.3), `(203.0.113.9)`, `from 203.0.113.9`; no versions of programs. */
const serverAddress = /(?:[[(=]|\bfrom |\bby )(?:ipv6:)?([0-9a-f.:]{3,45})(?=[\])\s;,]|$)/gi;

/**
 * @param received values of the Received header fields, the topmost first
 * @param part of an attached message; undefined for the mail itself
 */
export function addHeaderObservables(
  addresses: HeaderAddresses,
  received: readonly string[],
  part: string | undefined,
  list: IndicatorList,
): void {
  const where = part === undefined ? {} : { part };
  const roles: readonly (keyof HeaderAddresses & IndicatorRole)[] = ['from', 'replyTo', 'returnPath', 'envelope'];
  for (const role of roles) for (const value of addresses[role]) list.add({ type: 'email', value, role, ...where });
  for (const [index, field] of received.slice(0, maxReceived).entries()) {
    for (const [, text = ''] of field.slice(0, maxReceivedChars).matchAll(serverAddress)) {
      if (!text.includes('.') && !text.includes(':')) continue;
      const address = publicIp(text);
      if (address !== undefined) list.add({ ...address, role: 'received', ...where, position: index + 1 });
    }
  }
}
