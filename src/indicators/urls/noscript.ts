const begin = /<noscript[\s/>]/gi;
const end = /<\/noscript/gi;
/** A value of an attribute without its end, or an element whose content is text. */
const keepsOpen = /=\s*"[^"]*$|=\s*'[^']*$|<(?:iframe|noembed|noframes|script|style|textarea|title|xmp)\b/i;

/**
 * Readers that run no scripts see markup in a `noscript`, and its end only where markup has ended; a browser that runs
 * them takes all up to the next `</noscript` for text (HTML Standard, 13.2.6.4.7 "in body").
 *
 * @returns the document as such a browser sees it; undefined where both see the same links
 */
export function asWithScripts(html: string): string | undefined {
  if (html.search(begin) < 0) return undefined;
  const kept: string[] = [];
  let at = 0;
  let differs = false;
  for (;;) {
    begin.lastIndex = at;
    const opened = begin.exec(html);
    if (opened === null) break;
    end.lastIndex = begin.lastIndex;
    const closed = end.exec(html);
    if (closed === null) break;
    differs ||= hidesItsEnd(html.slice(begin.lastIndex, closed.index));
    kept.push(html.slice(at, opened.index));
    at = closed.index;
  }
  return differs ? `${kept.join('')}${html.slice(at)}` : undefined;
}

function hidesItsEnd(markup: string): boolean {
  return markup.lastIndexOf('<!--') > markup.lastIndexOf('-->') || keepsOpen.test(markup);
}
