export const hashTypes = ['md5', 'sha1', 'sha256', 'sha512'] as const;
export const coinTypes = ['bitcoin', 'litecoin', 'dogecoin', 'dash', 'zcash', 'tron', 'ethereum', 'monero'] as const;

/**
 * - `domain`: the part that somebody registered, by the public suffix list; `host`: a name below it; both in ASCII;
 * - `ipv4`, `ipv6`: addresses of the public Internet; `email`: a bare mail address in lower case;
 * - hashes of files in lower case; addresses of cryptocurrencies, each with a checksum that holds; `cve`: `CVE-2024-3094`.
 */
export const indicatorTypes = ['domain', 'host', 'ipv4', 'ipv6', 'email', ...hashTypes, ...coinTypes, 'cve'] as const;
export type IndicatorType = (typeof indicatorTypes)[number];

/**
 * Where it stood: `url`: in a URL; `body`: in text; `received`: in a Received header; the others name a header field.
 * `envelope` is Delivered-To and X-Original-To: the mailbox that the mail reached.
 */
export const indicatorRoles = ['url', 'body', 'received', 'from', 'replyTo', 'returnPath', 'envelope'] as const;
export type IndicatorRole = (typeof indicatorRoles)[number];

/** An indicator other than a URL. Each value once for each role; one that is in a URL does not stand again as `body`. */
export interface Indicator {
  readonly type: IndicatorType;
  readonly value: string;
  readonly role: IndicatorRole;
  /** The part it came from; absent for the header of the message, and where the parts have no names. */
  readonly part?: string;
  /** Of `received`: the how many-eth Received header from the top, from 1. The lower, the less it can be believed. */
  readonly position?: number;
}
