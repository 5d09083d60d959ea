import { schemeUrls } from '../scheme-urls.js';
import { percentDecoded } from '../unwrap/decode.js';

/** What they hold is a text, a document or a part of the mail. */
const others = /^(?:about|blob|cid|data|javascript|mailto|mid|sms|tel|vbscript|xmpp):/i;
/** Programs fetch these as web pages. */
const webLike = /^(webcals?|feed):\/\/(?=[^/])/i;
const intent = /^intent:\/\/([^#]+)#Intent;(?:[^#]*;)?scheme=(https?);/i;
/** A share of another computer: Windows asks for it over HTTP too, where no file server answers (WebDAV). */
const share = /\\\\([a-z\d-]+(?:\.[a-z\d-]+)+)(@ssl)?(?:@(\d{1,5}))?(?=[\\/]|$)([^\s"<>|&]*)/gi;
const fileHost = /^file:(?:\/\/|[\\/]{4,})(?=[^\\/]+\.)/i;

/**
 * The URLs that a link to a program makes it open: `microsoft-edge:https://…`, `ms-word:ofe|u|https://…`,
 * `search-ms:…crumb=location:\\host\share`, `file://host/share`, `webcal://…`.
 */
export function programUrls(link: string): string[] {
  if (!/^[a-z][a-z\d+.-]*:/i.test(link) || others.test(link)) return [];
  const text = percentDecoded(link);
  const target = intent.exec(text);
  if (target !== null) return [`${target[2]}://${target[1]}`];
  if (webLike.test(text))
    return [text.replace(webLike, (_, scheme: string) => (/s$/i.test(scheme) ? 'https://' : 'http://'))];
  const found = [...schemeUrls(text)].map(({ start, end }) => text.slice(start, end));
  for (const [, host = '', secure, port, path = ''] of text.replace(fileHost, '\\\\').matchAll(share))
    found.push(`http${secure === undefined ? '' : 's'}://${host}${port === undefined ? '' : `:${port}`}${path}`);
  return found;
}
