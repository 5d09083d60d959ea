import { parseAnyUrl } from '../../url/parse-any-url.js';
import { isBareUrl } from './bare-host.js';

/** An attribute as the absolute URL it stands for; null where it is none, or relative with nothing to resolve it. */
export function resolveLink(value: string, base: string | null): string | null {
  // Nearly all are written like this, and nothing below would change them.
  if (/^https?:[!-~]+$/i.test(value)) return value;
  const link = cleanLink(value);
  if (/^(?:https?|ftp):/i.test(link)) return link;
  if (/^[\\/]{2}/.test(link)) return `${schemeOf(base)}${link}`;
  if (/^www\d?\./i.test(link) && base === null) return `http://${link}`;
  if (base === null || /^[a-z][a-z0-9+.-]*:/i.test(link)) return null;
  return parseAnyUrl(link, base)?.href ?? null;
}

/** Where `href="evil.example.com/x"` leads in mail programs that add the scheme, as Gmail does; null for file names. */
export function bareTarget(value: string): string | null {
  const link = cleanLink(value);
  const host = /^(?:[a-z\d-]+\.)+[a-z\d-]+(?=[/?#:]|$)/i.exec(link)?.[0] ?? '';
  // `login.do?x=1` is a page beside this one.
  const certain = /\.(?:com|net|org|info|biz)$/i.test(host) || host.split('.').length > 2;
  return certain && isBareUrl(link) ? `http://${link}` : null;
}

/** Browsers take these out (URL Standard §4.4), but null characters, which only some programs do. */
export function cleanLink(value: string): string {
  return value
    .replaceAll(/[\0\t\r\n]/g, '')
    .replace(/^[\p{Cc}\s]+/u, '')
    .trimEnd();
}

function schemeOf(base: string | null): string {
  return base?.startsWith('https:') ? 'https:' : 'http:';
}

/** `a.png 1x, b.png 2x` (HTML Standard §4.8.4.2.1), leniently. */
export function srcsetUrls(value: string): string[] {
  return value
    .split(/\s+/)
    .map((word) => withoutCommas(word.replace(/^[\d.]{1,20}[wxh],/, '')))
    .filter((word) => word !== '' && !/^[\d.]{1,20}[wxh]$/.test(word));
}

function withoutCommas(word: string): string {
  let start = 0;
  let end = word.length;
  while (word[start] === ',') start++;
  while (end > start && word[end - 1] === ',') end--;
  return word.slice(start, end);
}

/** The target of `<meta http-equiv=refresh>` (HTML Standard §4.2.5.3): it opens without a click. */
export function refreshTarget(content: string): string | undefined {
  const rest = content.replace(/^\s*[\d.]*\s*[;,]?\s*/, '').replace(/^url\s*=\s*/i, '');
  const quote = rest.charAt(0);
  const target = quote === '"' || quote === "'" ? rest.slice(1).split(quote, 1)[0] : rest;
  return target?.trim() || undefined;
}
