import { parse } from 'tldts';

/** Top-level domains that are endings of files first: `report.zip`, `id_rsa.pub`. */
const fileEndings: ReadonlySet<string> = new Set('cab doc java mov ps pub zip'.split(' '));
const hostOnly = { extractHostname: false } as const;

/** Endings of files that many hosts have too: `setup.py` is a file, `mail.example.py` a host in Paraguay. */
const sharedEndings: ReadonlySet<string> = new Set('app cc md mk ml pl pm py rs sh so st tf vi'.split(' '));

/** Of hosts that are written in capitals. */
const commonEndings: ReadonlySet<string> = new Set('com net org info biz gov edu mil int'.split(' '));

/**
 * Whether words without a scheme are a URL to an analyst, and not a file name, code or two sentences without a blank:
 * - `www` in front, or
 * - a top-level domain of the public suffix list (ICANN's part), and a path or query behind, or an ending that is no
 *   file's, or one that hosts share with files and three labels or more.
 *
 * @param found `host`, `host/path`, `host:port`
 */
export function isBareUrl(found: string): boolean {
  const host = /^[^/?#:]*/.exec(found)?.[0] ?? '';
  if (/^www\d?\.[^.]/i.test(host)) return true;
  const { isIcann, publicSuffix, domain, isIp } = parse(host.toLowerCase(), hostOnly);
  if (isIp === true || isIcann !== true || domain === null || publicSuffix === null) return false;
  const behind = found[host.length];
  if (behind === '/' || behind === '?') return true;
  const ending = host.slice(host.lastIndexOf('.') + 1);
  // `the end.It was`: two sentences.
  if (/^\p{Lu}\p{Ll}/u.test(ending)) return false;
  // `TAKE.YOU`, `et.al`: words.
  if (/^\p{Lu}+\.\p{Lu}{3,}$/u.test(host) && !commonEndings.has(ending.toLowerCase())) return false;
  if (host.toLowerCase() === 'et.al') return false;
  const lower = ending.toLowerCase();
  if (fileEndings.has(lower)) return false;
  return !sharedEndings.has(lower) || host.split('.').length > 2;
}
