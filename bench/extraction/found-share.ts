import type { Contender } from './contenders.js';
import type { PhishingMail } from './phishing-mails.js';

export interface FoundShare {
  /** Of the click targets. */
  readonly found: number;
  /** Of what was listed: neither a click target nor anything else that was put in. */
  readonly wrong: number;
  /** A few of those that were missed, and of those that are wrong, to look at. */
  readonly missed: readonly string[];
  readonly extras: readonly string[];
}

const examples = 5;

export async function foundShare({ find }: Contender, mails: readonly PhishingMail[]): Promise<FoundShare> {
  let targets = 0;
  let listed = 0;
  const missed: string[] = [];
  const extras: string[] = [];
  for (const { raw, links, others } of mails) {
    const urls = new Set((await find(raw)).map(hrefOf));
    const wanted = new Map(links.map(({ target, wrapped }) => [target, wrapped]));
    targets += wanted.size;
    listed += urls.size;
    for (const [target, wrapped] of wanted)
      if (!urls.has(target) && (wrapped === undefined || !urls.has(wrapped))) missed.push(target);
    const right = new Set([...others, ...links.flatMap(({ target, wrapped = target }) => [target, wrapped])]);
    extras.push(...[...urls].filter((url) => !right.has(url)));
  }
  return {
    found: 1 - missed.length / targets,
    wrong: listed === 0 ? 0 : extras.length / listed,
    missed: missed.slice(0, examples),
    extras: extras.slice(0, examples),
  };
}

/** Small differences in writing are no errors. */
function hrefOf(url: string): string {
  return URL.canParse(url) ? new URL(url).href : url;
}
