import { getDomain } from 'tldts';
import { hostNameOf, isMailHost } from '../observables/registrable-domain.js';
import { schemeUrls } from '../scheme-urls.js';
import { isBareUrl } from './bare-host.js';
import { defangedUrls } from './defanged.js';
import { parseUrl } from './normalise-url.js';

const around = /^[\s<([{"'«„“”‘’©]+|[\s>)\]}"'»“”‘’.,;:!?…→›®©™℠]+$/g;

/** Nothing of them is seen: zero-width characters and soft hyphens. */
const unseen = /[\u00ad\u200b-\u200d\u2060\ufeff]/g;
/** The words of a link may hold a URL among them; those of a whole card are no claim. */
const maxWordsChars = 120;
/** `ASP.NET`, `Paint.NET`, `Socket.IO`: nobody writes the host like that. `BANK.NET` may be one. */
const technology = /^(?:[\p{L}#]{1,3}\.NET|\p{Lu}[\p{L}\d]*\p{Ll}[\p{L}\d]*\.(?:NET|IO))$/u;
/** To readers `Paypal.Com` is a host, though in running text words may meet like that. */
const capitalEnding = /\.(?:Com|Org)(?=$|[/?#:])/;
const wwwHost = /(?:^|[\s([{"'<:])(www\d?\.[^\s/?#"'<>()]{1,200})/i;

/** The host that the text of a link claims to lead to; null where it is no URL or host, and has none among its words. */
export function displayedHost(shown: string): string | null {
  // Most links show words.
  if (!shown.includes('.') && !/dot/i.test(shown)) return null;
  const text = shown.replaceAll(unseen, '').replaceAll(around, '');
  if (text === '') return null;
  if (/\s/.test(text)) return defangedHost(text) ?? hostAmongWords(text);
  if (/^(?:https?|ftp):/i.test(text)) return writtenHost(text) ?? defangedHost(text);
  if (text.includes('@') && !/[/?#].*@/.test(text)) return null;
  if (technology.test(text)) return null;
  const bare = text.replace(capitalEnding, (ending) => ending.toLowerCase());
  return isBareUrl(bare) ? knownHost(bare) : defangedHost(text);
}

/** With a scheme any name is one, such as those of a company's own network. */
function writtenHost(url: string): string | null {
  const host = parseUrl(url)?.hostname ?? '';
  return /^(?:[a-z\d._-]+|\[.*\])$/.test(host) ? host : null;
}

/** Without one only what can be there. */
function knownHost(bare: string): string | null {
  const host = parseUrl(`http://${bare}`)?.hostname ?? '';
  const name = hostNameOf(host);
  return name !== undefined && isMailHost(name) ? host : null;
}

function hostAmongWords(text: string): string | null {
  if (text.length > maxWordsChars) return null;
  const [span] = schemeUrls(text);
  if (span !== undefined) return writtenHost(text.slice(span.start, span.end));
  const host = wwwHost.exec(text)?.[1];
  return host === undefined ? null : knownHost(host.replaceAll(around, ''));
}

function defangedHost(text: string): string | null {
  const [first] = defangedUrls(text);
  return first !== undefined && first.start === 0 && first.end === text.length
    ? (parseUrl(first.url)?.hostname ?? null)
    : null;
}

/** Whether one owner holds both: `www.example.com` and `login.example.com`, but not two pages of one host for rent. */
export function isSameSite(one: string, other: string): boolean {
  if (one === other) return true;
  const domain = getDomain(one, { allowPrivateDomains: true });
  return domain !== null && domain === getDomain(other, { allowPrivateDomains: true });
}
