import type { Indicator } from '../indicators/observables/types.js';

/** How an indicator that is no URL stands in a MISP event. Type and category are pairs of MISP's describeTypes. */
export interface IndicatorAttribute {
  readonly type: string;
  readonly category: string;
  readonly value: string;
  /** It may be looked for in traffic: as sure a sign of this mail's sender as its URLs are. */
  readonly detects: boolean;
  /** Reason enough for an event where a mail has no URL. */
  readonly telling: boolean;
}

const wallets: Readonly<Partial<Record<Indicator['type'], string>>> = { bitcoin: 'btc', monero: 'xmr', dash: 'dash' };
const hashes: ReadonlySet<string> = new Set(['md5', 'sha1', 'sha256', 'sha512']);

/**
 * The attribute of an indicator; undefined for those that say too little by themselves: the host of a URL says less than
 * the URL, signatures are full of mail addresses, and most servers on the way of a mail are nobody's fault.
 */
export function indicatorAttribute({ type, value, role }: Indicator): IndicatorAttribute | undefined {
  const inMail = role === 'url' || role === 'body';
  const wallet = wallets[type];
  if (wallet !== undefined) return { type: wallet, category: 'Financial fraud', value, detects: true, telling: true };
  if (hashes.has(type)) return { type, category: 'Payload delivery', value, detects: false, telling: true };
  if (type === 'ipv4' || type === 'ipv6') {
    if (!inMail) return undefined;
    return { type: 'ip-dst', category: 'Network activity', value, detects: role === 'url', telling: true };
  }
  if (type === 'cve') {
    return { type: 'vulnerability', category: 'External analysis', value, detects: false, telling: false };
  }
  if (type !== 'email' || role !== 'replyTo') return undefined;
  return { type: 'email-reply-to', category: 'Payload delivery', value, detects: false, telling: false };
}
