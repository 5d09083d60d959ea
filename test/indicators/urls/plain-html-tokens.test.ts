import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Tokenizer } from 'htmlparser2';
import { type HtmlReader, isUnusual, tokenizeHtml } from '../../../src/indicators/urls/html-tokens.js';
import { PlainHtmlTokens } from '../../../src/indicators/urls/plain-html-tokens.js';
import { seededRandom } from '../../support/random.js';

/** What a browser is given, without what a document breaks off in. */
class TokenList implements HtmlReader {
  readonly tagStart = -1;
  readonly tokens: string[] = [];
  readonly #html: string;
  #text = '';
  #tag = '';

  constructor(html: string) {
    this.#html = html;
  }

  ontext(start: number, end: number): void {
    // Of htmlparser2 where the document ends behind the slash of a tag.
    if (start >= 0) this.#text += this.#html.slice(start, end);
  }
  ontextentity(codePoint: number, end: number): void {
    this.#text += `{${codePoint} until ${end}}`;
  }
  onopentagname(start: number, end: number): void {
    this.#tag = `start ${this.#html.slice(start, end)}`;
  }
  onattribname(start: number, end: number): void {
    this.#tag += ` [${this.#html.slice(start, end)}]=`;
  }
  onattribdata(start: number, end: number): void {
    this.#tag += this.#html.slice(start, end);
  }
  onattribentity(codePoint: number): void {
    this.#tag += `{${codePoint}}`;
  }
  onattribend(): void {
    this.#tag += ';';
  }
  onopentagend(end: number): void {
    this.#push(`${this.#tag} until ${end}`);
  }
  onselfclosingtag(end: number): void {
    this.#push(`${this.#tag} itself closed until ${end}`);
  }
  onclosetag(start: number, end: number): void {
    this.#push(`end ${this.#html.slice(start, end)}`);
  }
  oncomment(start: number, end: number, offset: number): void {
    this.#push(`comment ${this.#html.slice(start, end - offset)}`);
  }
  onend(): void {
    this.#push('end of all');
  }
  ondeclaration(): void {}
  oncdata(): void {}
  onendtagattributes(): void {}
  onprocessinginstruction(): void {}
  isInForeignContext(): boolean {
    return false;
  }
  allowsCdata(): boolean {
    return false;
  }

  #push(token: string): void {
    if (this.#text !== '') this.tokens.push(`text ${this.#text}`);
    this.#text = '';
    this.tokens.push(token);
  }
}

function ours(html: string): readonly string[] {
  const list = new TokenList(html);
  new PlainHtmlTokens(html, list).run();
  return list.tokens;
}

function theirs(html: string): readonly string[] {
  const list = new TokenList(html);
  const tokenizer = new Tokenizer({ decodeEntities: true }, list);
  tokenizer.write(html);
  tokenizer.end();
  return list.tokens;
}

/** What tokens are made of, and what breaks them. */
const pieces = [
  '<', '<', '>', '>', '/', '</', '="', "='", '=', '"', "'", ' ', '\n', '\t', '\r', '\f', '\0', '<!', '<!-', '<!--', '-', '--', '-->',
  '--!>', '!', '<?', '<![', '[', ']>', '<!doctype', '<!DOCTYPE html>', '<a href="', '<a href=', '<td ', '<br/>', '<br />',
  '</a>', '</td>', '<P>', 'a', 'Z', 'é', '€', '😀', 'title', '&', '&amp;', '&amp', '&AMP', '&nbsp;', '&#', '&#x', '&#38;', '&#x26', '&#0;',
  '&#1114112;', '&notit;', '&copy=', '&copy', '&NotEqualTilde;', '&eacute', ';', '1', 'x', '&#00000000000000000000000065;', '<style>',
  '<STYLE a=">">', '</style>', '</stylex>', '<title>', '</TITLE>', '</titl', '<styles>', 'style',
]; // biome-ignore format: a word list

describe('tokens of plain HTML', () => {
  it('are those of the tokenizer of htmlparser2, whatever is written', () => {
    const { below } = seededRandom(20261122);
    let compared = 0;
    for (let number = 0; number < 60_000; number += 1) {
      const html = Array.from({ length: 1 + below(14) }, () => pieces[below(pieces.length)]).join('');
      // There it leaves entities behind a `<` of a title as they are, and shows half a name; browsers do not.
      if (isUnusual(html) || /<title[\s\S]*<[\s\S]*&|<[a-z]+$/i.test(html)) continue;
      compared += 1;
      assert.deepEqual(ours(html), theirs(html), JSON.stringify(html));
    }
    assert.ok(compared > 30_000);
  });

  it('are the same of whole mails', () => {
    const folder = 'test/fixtures/mails';
    let compared = 0;
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.eml')) continue;
      const mail = readFileSync(join(folder, name), 'latin1').slice(0, 200_000).replaceAll('=3D', '=');
      if (isUnusual(mail)) continue;
      compared += 1;
      assert.deepEqual(ours(mail), theirs(mail), name);
    }
    assert.ok(compared > 150);
  });

  it('are given where nothing is unusual, and those of htmlparser2 elsewhere', () => {
    const title = '<title><&amp;</title>';
    const given = (html: string) => {
      const list = new TokenList(html);
      tokenizeHtml(html, list);
      return list.tokens;
    };
    assert.deepEqual(given(title), ours(title));
    assert.notDeepEqual(given(title), theirs(title));
    for (const raw of ['<xmp><b></xmp>', '<iframe><b></iframe>', '<noembed><b></noembed>', '<textarea><b></textarea>'])
      assert.deepEqual(given(raw), theirs(raw));
    for (const raw of ['<noframes><b></noframes>', '<plaintext><b>', '<script><b></script>'])
      assert.deepEqual(given(raw), theirs(raw));
  });

  it('take time that grows with the document', () => {
    const units = [
      '<a b="',
      '<!--',
      '<!--!',
      '<title>',
      '<style>',
      '<a b="x&y">',
      '&amp',
      '&#1',
      '<a ',
      '< &',
      '</',
      '<?',
      '--!',
      '&a',
    ];
    for (const unit of units) {
      const startMs = performance.now();
      const html = unit.repeat(1_000_000 / unit.length);
      new PlainHtmlTokens(html, new TokenList(html)).run();
      assert.ok(performance.now() - startMs < 4000, unit);
    }
  });
});
