import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';
import { PlainHtmlTokens } from './plain-html-tokens.js';

export interface HtmlReader extends TokenizerCallbacks {
  /** Where the name in the last tag began. */
  readonly tagStart: number;
  /** Whether the next start tag is one of SVG or MathML, where `<style>` is an element like others. */
  isInForeignContext(): boolean;
  /** Whether `<![CDATA[` begins text here. */
  allowsCdata(): boolean;
  /** What stands in an end tag, which browsers pass over. */
  onendtagattributes(start: number, end: number): void;
}

const cdata = '<![CDATA[';
/** CDATA, and end tags with attributes, in whose values a `>` may stand. */
const odd = /<!\[CDATA\[|<\/[a-z][^\t\n\f\r />]*[\t\n\f\r /]+[^\t\n\f\r />]/gi;
const oddOrScript = new RegExp(`${odd.source}|<script(?=[\\t\\n\\f\\r />])`, 'gi');

/** All that is told apart with care begins with one of these; nearly no mail has any, which is told quickly. */
const unusual =
  /<(?:[sSmM][vVaA](?:[gG]|[tT][hH])|!\[CD|[sS][cC][rR]|[xX][mM][pP]|[iI][fF][rR]|[nN][oO][eEfF]|[pP][lL]|[tT][eE][xX]|\/[a-zA-Z][^\t\n\f\r />]*[\t\n\f\r /])/;

/** Whether there may be SVG, MathML, CDATA, scripts, elements of raw text, or end tags with attributes in it. */
export function isUnusual(html: string): boolean {
  return unusual.test(html);
}

/**
 * Reads an HTML document as a browser does (HTML Standard §13.2.5). Where nothing is unusual in it, our own code tells
 * the tokens apart; else htmlparser2's tokenizer does. What that one takes otherwise than browsers would hide all that
 * follows, so there it is fed by pieces, and gets something as long that it does take alike: `<![CDATA[`, attributes of
 * end tags, scripts within comments within scripts. Offsets are those of the document.
 */
export function tokenizeHtml(html: string, reader: HtmlReader, careful = isUnusual(html)): void {
  if (!careful) {
    new PlainHtmlTokens(html, reader).run();
    return;
  }
  const tokenizer = new Tokenizer({ decodeEntities: true }, reader);
  feedWithCare(tokenizer, html, reader);
  tokenizer.end();
}

function feedWithCare(tokenizer: Tokenizer, html: string, reader: HtmlReader): void {
  let from = 0;
  const feed = (to: number) => {
    if (to > from) tokenizer.write(html.slice(from, to));
    from = to;
  };
  const feedInstead = (text: string) => {
    if (text !== '') tokenizer.write(text);
    from += text.length;
  };
  for (const { index, 0: found } of html.matchAll(mayNestScripts(html) ? oddOrScript : odd)) {
    if (index < from) continue;
    feed(index);
    if (found.startsWith('<!') && found !== cdata) continue;
    if (found === cdata) feedInstead(reader.allowsCdata() ? cdata : '<!_CDATA[');
    else {
      const isEnd = found.startsWith('</');
      const nameStart = index + (isEnd ? 2 : 1);
      const nameEnd = isEnd ? index + found.search(/[\t\n\f\r /]+[^\t\n\f\r />]$/) : index + found.length;
      feed(nameEnd + 1);
      // It may stand in an attribute, a comment or a script.
      if (reader.tagStart !== nameStart) continue;
      const close = html.charCodeAt(nameEnd) === 0x3e ? nameEnd : tagEnd(html, nameEnd);
      if (isEnd) {
        reader.onendtagattributes(nameEnd, close + 1);
        feedInstead(' '.repeat(close - from));
      } else if (!reader.isInForeignContext()) {
        feed(close + 1);
        feedInstead(html.slice(from, scriptEnd(html, from)).replaceAll(/<\/script/gi, '<_script'));
      }
    }
  }
  feed(html.length);
}

/** Quickly told of nearly all documents. */
function mayNestScripts(html: string): boolean {
  const first = html.search(/<script/i);
  const comment = first < 0 ? -1 : html.indexOf('<!--', first);
  return comment >= 0 && /<script/i.test(html.slice(comment));
}

const attribute =
  /[\t\n\f\r /]*(?:(?:=|[^\t\n\f\r />=])[^\t\n\f\r />=]*[\t\n\f\r ]*(?:=[\t\n\f\r ]*(?:"[^"]*"?|'[^']*'?|[^\t\n\f\r >]*))?)?/y;

/** Where the `>` of the tag is whose name ends at the offset; the end of the document where it has none. */
function tagEnd(html: string, nameEnd: number): number {
  let at = nameEnd;
  while (at < html.length && html.charCodeAt(at) !== 0x3e) {
    attribute.lastIndex = at;
    attribute.test(html);
    at = Math.max(attribute.lastIndex, at + 1);
  }
  return at;
}

/** Where the script ends: `<!--` and `<script` in it hide one `</script>` (HTML Standard §13.2.5.17 and those behind it). */
function scriptEnd(html: string, start: number): number {
  const marks = /<!--|-->|<\/?script(?=[\t\n\f\r />])/gi;
  marks.lastIndex = start;
  let level = 0;
  for (let mark = marks.exec(html); mark !== null; mark = marks.exec(html)) {
    const [found] = mark;
    if (found === '-->') level = 0;
    else if (found === '<!--') {
      level = Math.max(level, 1);
      // `<!-->` is one and its end.
      marks.lastIndex -= 2;
    } else if (found.charCodeAt(1) !== 0x2f) level = level === 0 ? 0 : 2;
    else if (level < 2) return mark.index;
    else level = 1;
  }
  return html.length;
}
