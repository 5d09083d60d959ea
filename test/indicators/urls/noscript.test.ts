import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addHtmlUrls } from '../../../src/indicators/html-urls.js';
import { UrlList } from '../../../src/indicators/url-list.js';
import { asWithScripts } from '../../../src/indicators/urls/noscript.js';

const link = '<a href="https://a.example/x">y</a>';

function urlsIn(html: string): readonly string[] {
  const list = new UrlList();
  addHtmlUrls(html, list, { part: '1' });
  return list.urls.map(({ url }) => url);
}

describe('a link that only a reader with scripts sees behind a noscript', () => {
  for (const [name, html] of Object.entries({
    'in a comment': `<noscript><!--</noscript>${link}-->`,
    'in an attribute': `<noscript><p title="</noscript>${link.replaceAll('"', "'")}">`,
    'in a style': `<NOSCRIPT class=x><style></noscript>${link}</style>`,
    'behind the second': `<noscript>a</noscript><noscript><!-- </noscript>${link} -->`,
  })) {
    it(`is found ${name}`, () => assert.deepEqual(urlsIn(html), ['https://a.example/x']));
  }

  it('costs no second reading where both see the same', () => {
    assert.equal(asWithScripts(`<p>don't</p><noscript>don't <!-- a --> <img alt="b"></noscript>${link}`), undefined);
    assert.equal(asWithScripts(`<noscript><!--${link}`), undefined);
  });

  it('is looked for in linear time', () => {
    const spent = (count: number) => {
      const open = `<noscript><!--</noscript>${'<noscript>='.repeat(count)}${' '.repeat(count)}`;
      const html = `${open}<noscript>${'<!--="'.repeat(count)}--></noscript>${'<noscript></noscript>'.repeat(count)}`;
      const before = process.cpuUsage();
      asWithScripts(html);
      const { user } = process.cpuUsage(before);
      return user;
    };
    spent(1000);
    assert.ok(spent(400_000) < 2_000_000);
  });
});
