import { addHtmlUrls } from '../../src/indicators/html-urls.js';
import { UrlList } from '../../src/indicators/url-list.js';
import { keptBudget } from '../../src/mail/attachments/attachment-sink.js';
import { lookInto } from '../../src/mail/attachments/look-into.js';
import { DrawnCodes } from '../../src/mail/qr/drawn-codes.js';
import type { ReadHtml } from '../../src/mail/search-text.js';

/** The codes of a text, as they are found once the texts of a mail have been read. */
export async function codesIn(source: string, kind: 'text' | 'html'): Promise<{ urls: string[]; findings: string[] }> {
  const drawn = new DrawnCodes();
  drawn.take(source, kind === 'html' ? readHtml(source) : undefined, '1');
  const urls: string[] = [];
  const findings: string[] = [];
  await lookInto([], {
    sizeBytes: 0,
    maxDepth: 20,
    kept: keptBudget(),
    opens: () => true,
    thorough: true,
    onHeavy: () => {},
    untilMs: performance.now() + 10_000,
    nameOf: () => null,
    addMessage: () => {},
    addText: () => {},
    addUrl: (url, urlKind, part) => urls.push(`${urlKind} ${part} ${url}`),
    addFinding: (code) => findings.push(code),
    drawn,
  });
  return { urls, findings };
}

export function readHtml(source: string): ReadHtml {
  const texts: string[] = [];
  const links: string[] = [];
  const observer = { text: (text: string) => texts.push(text), link: (link: string) => links.push(link) };
  addHtmlUrls(source, new UrlList(), { part: '1' }, observer);
  return { text: texts.join('\n'), links };
}
