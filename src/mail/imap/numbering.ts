import { createHash } from 'node:crypto';
import type { ImapSettings } from './settings.js';

type Account = Pick<ImapSettings, 'host' | 'port' | 'username'>;

/**
 * The numbering of a folder: its UIDVALIDITY with a mark of the account. Servers begin with 1, or with the second of
 * creation, so when a mailbox comes to name another host, port or user, UIDVALIDITY alone may well be the same, and the UIDs
 * of one account would pass for those of the other.
 */
export function numberingOf(uidValidity: string, account: Account): string {
  return `${uidValidity}-${accountMark(account)}`;
}

/** False for a numbering of another account, and for a bare UIDVALIDITY, which tells no account. */
export function isOfAccount(numbering: string, account: Account): boolean {
  return numbering.endsWith(`-${accountMark(account)}`);
}

export function accountMark({ host, port, username }: Account): string {
  return createHash('sha256').update(`${host.toLowerCase()}\0${port}\0${username}`).digest('hex').slice(0, 8);
}
