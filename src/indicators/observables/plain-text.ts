import { schemeUrls } from '../scheme-urls.js';

/** What stands between two letters or digits where people write a dot, colon or at sign that nothing shall link. */
const defanged = /(?<=[\p{L}\d:])[ \t]?[[({][ \t]?(\.|dot|:|@|at)[ \t]?[\])}][ \t]?(?=[\p{L}\d:])/giu;
const plain: Readonly<Record<string, string>> = { '.': '.', dot: '.', ':': ':', '@': '@', at: '@' };

/** `203[.]0[.]113[.]9` as `203.0.113.9`, `a[at]b(dot)example` as `a@b.example`. Linear: all lengths are bounded. */
export function withoutDefanging(text: string): string {
  if (!/[[({][ \t]?(?:[.:@]|dot|at)/i.test(text)) return text;
  return text.replace(defanged, (found, sign: string) => plain[sign.toLowerCase()] ?? found);
}

/** Blanks instead of URLs: what stands in them are names and numbers of other people's systems. */
export function withoutUrls(text: string): string {
  const kept: string[] = [];
  let from = 0;
  for (const { start, end } of schemeUrls(text)) {
    kept.push(text.slice(from, start));
    from = end;
  }
  if (from === 0) return text;
  kept.push(text.slice(from));
  return kept.join(' ');
}
