import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addHtmlUrls } from '../../src/indicators/html-urls.js';
import { UrlList } from '../../src/indicators/url-list.js';

const svg = 'xmlns="http://www.w3.org/2000/svg"';
const xhtml = 'xmlns="http://www.w3.org/1999/xhtml"';
const xlink = 'xmlns:q="http://www.w3.org/1999/xlink"';

function inFile(xml: string): { readonly urls: readonly string[]; readonly findings: readonly string[] } {
  const list = new UrlList();
  addHtmlUrls(xml, list, { part: '2/x.svg', kind: 'attachment' });
  return { urls: list.urls.map(({ kind, url }) => `${kind} ${url}`), findings: [...list.findings] };
}

describe('attached XML is read as a browser does', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['an entity in a link', `<!DOCTYPE svg [<!ENTITY u "https&#58;//a.example/">]><svg ${svg}><a href="&u;"/></svg>`],
    [
      'entities of entities',
      `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "a.exam"><!-- ] --><!ENTITY u 'https:&#47;/&a;ple/'>]><svg ${svg}><a href="&u;"/></svg>`,
    ],
    [
      'an entity that is markup',
      `<!DOCTYPE svg [<!ENTITY m "<a href='https&#38;#58;//a.example/'>x</a>">]><svg ${svg}>&m;</svg>`,
    ],
    [
      'an entity that declares entities',
      `<!DOCTYPE svg [<!ENTITY % p "<!ENTITY u 'https&#58;//a.example/'>"> %p;]><svg ${svg}><a href="&u;"/></svg>`,
    ],
    [
      'an attribute that an element has unless it says otherwise',
      `<!DOCTYPE svg [<!ATTLIST a href CDATA #FIXED "https&#58;//a.example/">]><svg ${svg}><a/></svg>`,
    ],
    ['another prefix of a link', `<svg ${svg} ${xlink}><a q:href="https&#58;//a.example/"/></svg>`],
    [
      'prefixes of elements',
      `<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:a href="https&#58;//a.example/"/></s:svg>`,
    ],
    [
      'a title that ends at once',
      `<html ${xhtml}><head><title/></head><body><a href="https&#58;//a.example/"/></body></html>`,
    ],
    ['an entity of HTML', `<html ${xhtml}><title/><a href="https&colon;//a.example/"/></html>`],
    [
      'CDATA with a tag in it',
      `<html ${xhtml}><p><![CDATA[ > <a title=" ]]></p><a href="https&#58;//a.example/"/></html>`,
    ],
  ];
  for (const [what, xml] of cases)
    it(`with ${what}`, () => assert.deepEqual(inFile(xml), { urls: ['attachment https://a.example/'], findings: [] }));

  const scripts: readonly (readonly [string, string])[] = [
    ['entities', `<svg ${svg}><script>location=&quot;https&#58;//a.example/&quot;</script></svg>`],
    [
      'entities of its own',
      `<!DOCTYPE svg [<!ENTITY h "https&#58;//a.example/">]><svg ${svg}><script>location="&h;"</script></svg>`,
    ],
    [
      'a prefix',
      `<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:script>location="https:"+"//a.example/"</s:script></s:svg>`,
    ],
    ['an element in it', `<svg ${svg}><script>location="https:"<style/>+"//a.example/"</script></svg>`],
    ['CDATA', `<svg ${svg}><script><![CDATA[location="https:"+"//a.example/"]]></script></svg>`],
    [
      'a link to its code',
      `<svg ${svg} ${xlink}><script q:href="data:;base64,${Buffer.from('location="https://a.example/"').toString('base64')}"/></svg>`,
    ],
  ];
  for (const [what, xml] of scripts)
    it(`with scripts that have ${what}`, () => assert.deepEqual(inFile(xml).urls, ['script https://a.example/']));

  it('up to the first mistake, behind which browsers show nothing', () => {
    const page = `<html ${xhtml}><style/></p><p><a href="https&#58;//a.example/">x</a></p></html>`;
    assert.deepEqual(inFile(page), { urls: [], findings: [] });
  });

  it('with the style sheet that makes a page of it', () => {
    const xml = '<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="https://a.example/x.xsl"?><x/>';
    assert.deepEqual(inFile(xml).urls, ['attachment https://a.example/x.xsl']);
  });

  it('but not beyond all measure, and that is said', () => {
    const entities = Array.from({ length: 30 }, (_, at) => `<!ENTITY e${at + 1} "${`&e${at};`.repeat(10)}">`).join('');
    const bomb = `<!DOCTYPE svg [<!ENTITY e0 "https://a.example/ ">${entities}]><svg ${svg}><text>&e9;</text><a href="https://b.example/"/></svg>`;
    const startMs = performance.now();
    const { urls, findings } = inFile(bomb);
    assert.ok(performance.now() - startMs < 2000);
    assert.ok(urls.includes('attachment https://b.example/'));
    assert.deepEqual(findings, ['text-cut']);
    const endless = `<!DOCTYPE svg [<!ENTITY a "&b;"><!ENTITY b "&a;">]><svg ${svg}>&a;</svg>`;
    assert.deepEqual(inFile(endless).findings, ['text-cut']);
  });

  it('in time that grows with its length', () => {
    const units = ['<!ENTITY a "', '<!ATTLIST a b CDATA ', '<!--', '<?', '%a', 'a', '&a;', '<!', ' '];
    for (const unit of units) {
      const startMs = performance.now();
      inFile(`<!DOCTYPE svg [${unit.repeat(300_000 / unit.length)}`);
      inFile(`<?xml version="1.0"?>${unit.repeat(300_000 / unit.length)}`);
      assert.ok(performance.now() - startMs < 4000, unit);
    }
  });
});
