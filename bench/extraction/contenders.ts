import { extractIOC } from 'ioc-extractor';
import LinkifyIt from 'linkify-it';
import { type ParsedMail, simpleParser } from 'mailparser';
import PostalMime from 'postal-mime';
import { extractMessage } from '../../src/mail/parse-message.js';
import { benchLimits } from './limits.js';

/** One way to get URLs out of a mail. */
export interface Contender {
  readonly name: string;
  /** It only parses, and finds nothing. */
  readonly parsesOnly: boolean;
  find(raw: Buffer): Promise<readonly string[]>;
}

/** mailparser as quick as it gets; by its defaults it also makes text of HTML and HTML of text. */
const quick = { skipHtmlToText: true, skipTextToHtml: true, skipTextLinks: true, skipImageLinks: true } as const;
const linkify = new LinkifyIt();

export const lurewatch: Contender = {
  name: 'Lurewatch',
  parsesOnly: false,
  find: async (raw) => (await extractMessage(raw, benchLimits)).urls.map(({ url }) => url),
};

export const mailparser: Contender = {
  name: 'mailparser alone',
  parsesOnly: true,
  async find(raw) {
    await simpleParser(raw, quick);
    return [];
  },
};

export const contenders: readonly Contender[] = [
  lurewatch,
  mailparser,
  {
    name: 'postal-mime alone',
    parsesOnly: true,
    async find(raw) {
      await PostalMime.parse(raw);
      return [];
    },
  },
  {
    name: 'mailparser + linkify-it',
    parsesOnly: false,
    async find(raw) {
      const matches = linkify.match(sourceOf(await simpleParser(raw, quick))) ?? [];
      return matches.filter(({ schema }) => schema !== 'mailto:').map(({ url }) => url);
    },
  },
  {
    name: 'mailparser + ioc-extractor',
    parsesOnly: false,
    find: async (raw) => extractIOC(sourceOf(await simpleParser(raw, quick))).urls,
  },
];

/** Text and HTML as they were sent. */
function sourceOf({ text, html }: ParsedMail): string {
  return `${text ?? ''}\n${html === false ? '' : html}`;
}
