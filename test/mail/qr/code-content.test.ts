import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addTextUrls } from '../../../src/indicators/text-urls.js';
import { UrlList } from '../../../src/indicators/url-list.js';
import { readContent } from '../../../src/mail/qr/code-content.js';

function urlsIn(content: string): string[] {
  const { url, text } = readContent(content);
  const list = new UrlList();
  if (url !== null) list.add(url, { kind: 'qr', part: '2' });
  addTextUrls(text, list, { kind: 'qr', part: '2' });
  assert.ok(list.urls.every(({ kind }) => kind === 'qr'));
  return list.urls.map((found) => found.url);
}

const encoded = encodeURIComponent('https://evil.example/a?b=c');

describe('the content of a code', () => {
  for (const [content, urls] of [
    ['https://evil.example/a)b.', ['https://evil.example/a)b.']],
    ['HTTPS://EVIL.EXAMPLE/A', ['https://evil.example/A']],
    [' http:\\\\evil.example\\a ', ['http://evil.example/a']],
    ['URL:https://evil.example/', ['https://evil.example/']],
    ['URLTO:evil.com/a', ['http://evil.com/a']],
    ['evil.com', ['http://evil.com/']],
    ['evil.co.uk:8080/a?b', ['http://evil.co.uk:8080/a?b']],
    ['evil.zip/a', ['http://evil.zip/a']],
    ['Pay at hxxps://evil[.]com/a', ['https://evil.com/a']],
    ['Two: https://one.example/ https://two.example/', ['https://one.example/', 'https://two.example/']],
    ['WIFI:T:WPA;S:Guests https\\://evil.example/;P:secret;;', ['https://evil.example/']],
    ['MECARD:N:Doe,John;URL:https\\://evil.example/a\\;b;NOTE:x;;', ['https://evil.example/a;b']],
    ['MEBKM:TITLE:x;URL:http\\://evil.example/a;;', ['http://evil.example/a']],
    ['MATMSG:TO:a@b.example;SUB:x;BODY:see https://evil.example/a;;', ['https://evil.example/a']],
    [
      'BEGIN:VCARD\r\nVERSION:3.0\r\nN:Doe\r\nURL;TYPE=work:https://evil.exa\r\n mple/a\r\nEND:VCARD',
      ['https://evil.example/a'],
    ],
    ['BEGIN:VEVENT\nSUMMARY:x\nDESCRIPTION:Join\\nhttps://evil.example/a\nEND:VEVENT', ['https://evil.example/a']],
    [`mailto:a@b.example?subject=x&body=See%20${encoded}`, ['https://evil.example/a?b=c']],
    [`otpauth://totp/Bank:me?secret=ABC&image=${encoded}`, ['https://evil.example/a?b=c']],
    [`bitcoin:1BoatSLRHtKNngkdXEeobR76b53LETtpyT?amount=1&r=${encoded}`, ['https://evil.example/a?b=c']],
    ['sms:+15550100?body=https://evil.example/a', ['https://evil.example/a']],
    ['SMSTO:+15550100:https://evil.example/a', ['https://evil.example/a']],
    [
      'intent://evil.example/a#Intent;scheme=https;package=x;S.browser_fallback_url=https%3A%2F%2Fother.example;end',
      ['https://evil.example/a', 'https://other.example/'],
    ],
    ['tel:+15550100', []],
    ['00020101021226', []],
    ['report.docx', []],
    ['', []],
  ] as const) {
    it(`${JSON.stringify(content.slice(0, 50))} gives ${urls.length === 0 ? 'no URL' : urls.join(' ')}`, () => {
      assert.deepEqual(urlsIn(content), urls);
    });
  }

  it('is read in time linear in it, and no further than a code holds', () => {
    for (const unit of ['\\;', 'a.', 'WIFI:', 'x?', '%', 'intent://a#Intent;', 'a=', ';']) {
      const started = performance.now();
      readContent(`MECARD:${unit.repeat(100_000)}`);
      readContent(unit.repeat(100_000));
      assert.ok(performance.now() - started < 500, unit);
    }
  });
});
