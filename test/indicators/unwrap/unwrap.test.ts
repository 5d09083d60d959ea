import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { targetHostOf, unwrap } from '../../../src/indicators/unwrap/unwrap.js';
import { normaliseUrl } from '../../../src/indicators/urls/normalise-url.js';

const target = 'https://login.evil.example/a?x=1&y=2#z';
const encoded = encodeURIComponent(target);
const base64 = (text: string) => Buffer.from(text).toString('base64url');
/** As Proofpoint writes it: v2 has `-` for `%` and `_` for `/`. */
const proofpointV2 = (url: string) =>
  `https://urldefense.proofpoint.com/v2/url?u=${encodeURIComponent(url).replaceAll('-', '%2D').replaceAll('_', '%5F').replaceAll('%2F', '_').replaceAll('%', '-')}&d=DwMF&c=abc&r=def&m=ghi&s=jkl&e=`;
const safeLink = (url: string) =>
  `https://nam02.safelinks.protection.outlook.com/?url=${encodeURIComponent(url)}&data=05%7C01%7Ca%40b.example%7C0&sdata=abc%3D&reserved=0`;
const runLengths = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** v3: what is not plain becomes `*`, runs of it `**X`. */
function proofpointV3(url: string): string {
  let taken = '';
  const body = url.replaceAll(/[^\w:/?=&.-]+/gu, (run) => {
    const characters = Array.from(run);
    taken += run;
    if (characters.length === 1) return '*';
    return characters.length > 65 ? '*'.repeat(characters.length) : `**${runLengths[characters.length - 2]}`;
  });
  return `https://urldefense.com/v3/__${body}__;${base64(taken)}!!Nv3xtKNH_4uope0!Qh1a-Bc_d$`;
}

const vectors: readonly (readonly [string, string, string, readonly string[]])[] = [
  ['Safe Links', safeLink(target), target, ['Microsoft Safe Links']],
  [
    'Safe Links of a government cloud',
    `https://gcc02.safelinks.protection.office365.us/?url=${encoded}&data=05`,
    target,
    ['Microsoft Safe Links'],
  ],
  [
    'Safe Links in Teams',
    `https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html?url=${encoded}&locale=en-us`,
    target,
    ['Microsoft Safe Links'],
  ],
  [
    'Safe Links cut in the middle of an escape',
    'https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fevil.example%2Fp%2',
    'https://evil.example/p%2',
    ['Microsoft Safe Links'],
  ],
  [
    'Safe Links whose & was escaped twice',
    `https://eur01.safelinks.protection.outlook.com/?x=1&amp;url=${encoded}&amp;data=05`,
    target,
    ['Microsoft Safe Links'],
  ],
  [
    'Proofpoint v1',
    `https://urldefense.proofpoint.com/v1/url?u=${encoded}&k=abc%3D%3D%0A&r=def&m=ghi%3D%0A&s=0123`,
    target,
    ['Proofpoint URL Defense'],
  ],
  ['Proofpoint v2', proofpointV2(target), target, ['Proofpoint URL Defense']],
  [
    'Proofpoint v2 with hyphens and underscores',
    proofpointV2('http://a-b.example/c_d-e'),
    'http://a-b.example/c_d-e',
    ['Proofpoint URL Defense'],
  ],
  [
    'Proofpoint v2 of HTML source',
    'https://urldefense.proofpoint.com/v2/url?u=http-3A__a.example_-3Fx-3D1-26amp-3By-3D2&d=DwMF',
    'http://a.example/?x=1&y=2',
    ['Proofpoint URL Defense'],
  ],
  ['Proofpoint v3', proofpointV3(target), target, ['Proofpoint URL Defense']],
  [
    'Proofpoint v3 with one *',
    'https://urldefense.com/v3/__https://a.example/r*frag__;Iw!!Gu!jUL$',
    'https://a.example/r#frag',
    ['Proofpoint URL Defense'],
  ],
  [
    'Proofpoint v3 with a run of four',
    `https://urldefense.us/v3/__https://a.example/**Cx*__;${base64('~~~~+')}!!Gu!jUL$`,
    'https://a.example/~~~~x+',
    ['Proofpoint URL Defense'],
  ],
  [
    'Proofpoint v3 with letters of several bytes',
    proofpointV3('https://a.example/ж日本/😀'),
    'https://a.example/%D0%B6%E6%97%A5%E6%9C%AC/%F0%9F%98%80',
    ['Proofpoint URL Defense'],
  ],
  [
    'Proofpoint v3 that lost a slash',
    'https://urldefense.com/v3/__https:/a.example/x__;!!Gu!jUL$',
    'https://a.example/x',
    ['Proofpoint URL Defense'],
  ],
  [
    'Proofpoint v3 cut off',
    'https://urldefense.com/v3/__https://a.example/lo',
    'https://a.example/lo',
    ['Proofpoint URL Defense'],
  ],
  [
    'Proofpoint v3 with more * than characters',
    'https://urldefense.com/v3/__https://a.example/*x*__;Iw!!Gu!jUL$',
    'https://a.example/#x*',
    ['Proofpoint URL Defense'],
  ],
  [
    'Barracuda',
    `https://linkprotect.cudasvc.com/url?a=${encoded.replaceAll(/%../g, (triple) => triple.toLowerCase())}&c=E,1,abc&typo=1`,
    target,
    ['Barracuda Link Protection'],
  ],
  [
    'FireEye',
    `https://protect2.fireeye.com/v1/url?k=84f6a8c0-e57dbdd9&q=1&e=6739af06&u=${encoded}`,
    target,
    ['FireEye URL protection'],
  ],
  [
    'FireEye, the old form that encodes nothing',
    `https://protect2.fireeye.com/url?k=1ffa720f-9a5a&u=${target}`,
    target,
    ['FireEye URL protection'],
  ],
  ['Esva', `https://urlsand.esvalabs.com/?u=${encoded}&e=09733f94&h=e09f2efa&f=y&p=n`, target, ['Esva URLSand']],
  [
    'Hornetsecurity',
    `https://atpscan.global.hornetsecurity.com/?d=bl0W&f=kXUM&i=&k=zA1z&m=2hBC&n=&r=&s=&u=${encoded}`,
    target,
    ['Hornetsecurity ATP'],
  ],
  [
    'Sophos',
    `https://eu-central-1.protection.sophos.com/?d=evil.example&u=${Buffer.from(target).toString('base64')}&i=NWY1&t=QkNX&h=afb3&s=AVNP`,
    target,
    ['Sophos Email'],
  ],
  [
    'Sophos with an alphabet for URLs and escaped padding',
    `https://us-west-2.protection.sophos.com?d=a.example&u=${base64('http://a.example/?>>')}%3D&i=x`,
    'http://a.example/?%3E%3E',
    ['Sophos Email'],
  ],
  [
    'Trend Micro',
    `https://imsva91-ctp.trendmicro.com:443/wis/clicktime/v1/query?url=${encoded}&umid=8C99&auth=f2b4`,
    target,
    ['Trend Micro'],
  ],
  ['Cisco', `https://secure-web.cisco.com/1fCCdfJv_BYjz-Yq/${encoded}`, target, ['Cisco Secure Email']],
  [
    'Cisco, encoded twice',
    `https://secure-web.cisco.com/1fCCdfJv_BYjz-Yq/${encodeURIComponent(encoded)}`,
    target,
    ['Cisco Secure Email'],
  ],
  [
    'Check Point v1',
    'https://checkpoint.url-protection.com/v1/r07/url?o=https%3A//a.example/b%3Fq%3Da%2520b%26id%3D7&g=NjQ2&h=M2Ix&p=bWVj',
    'https://a.example/b?q=a%20b&id=7',
    ['Check Point Harmony Email'],
  ],
  [
    'Check Point v2',
    'https://protect.checkpoint.com/v2/r01/___https://a.example/p?q=1___.YzJ1OndlY29t',
    'https://a.example/p?q=1',
    ['Check Point Harmony Email'],
  ],
  [
    'Avanan with a lost slash and an escape',
    'https://url.avanan.click/v2/___https:/a.example/b*2Fc___.YXAzOnNh',
    'https://a.example/b%2Fc',
    ['Check Point Harmony Email'],
  ],
  [
    'Symantec',
    `https://clicktime.symantec.com/15xVcHh2qpEgPv5boCzmK?h=QCYV_AHzJM=&u=${encoded}`,
    target,
    ['Symantec Click-time'],
  ],
  ['Mimecast with url=', `https://protect-us.mimecast.com/s/abc123?url=${encoded}&token=xyz`, target, ['Mimecast']],
  ['Google', `https://www.google.co.uk/url?sa=t&q=${encoded}&usg=AOv`, target, ['Google redirect']],
  ['Google with url=', `https://google.com/url?sa=t&url=${encoded}`, target, ['Google redirect']],
  ['Bing', `https://www.bing.com/ck/a?!&&p=6dec&ptn=3&u=a1${base64(target)}&ntb=1`, target, ['Bing redirect']],
  ['Baidu with a visible target', `https://www.baidu.com/link?url=${encoded}`, target, ['Baidu redirect']],
  [
    'a target without scheme',
    'https://linkprotect.cudasvc.com/url?a=www.evil.example%2fx',
    'http://www.evil.example/x',
    ['Barracuda Link Protection'],
  ],
  [
    'Safe Links in Proofpoint v3',
    proofpointV3(safeLink(target)),
    target,
    ['Proofpoint URL Defense', 'Microsoft Safe Links'],
  ],
  [
    'Proofpoint v3 in v2 in Safe Links',
    safeLink(proofpointV2(proofpointV3(target))),
    target,
    ['Microsoft Safe Links', 'Proofpoint URL Defense', 'Proofpoint URL Defense'],
  ],
];

describe('unwrapping', () => {
  for (const [what, wrapped, url, wrappers] of vectors)
    it(`reads ${what}`, () =>
      assert.deepEqual(unwrap(normaliseUrl(wrapped) ?? ''), { url: normaliseUrl(url), wrappers, opaque: false }));

  const opaque: readonly (readonly [string, string])[] = [
    ['https://protect-eu.mimecast.com/s/rADECvZvDhygB3ktQtrXG?domain=evil.example', 'Mimecast'],
    ['https://url.us.m.mimecastprotect.com/s/YP9XCWQRPfDXo1NIKijuVb2y7', 'Mimecast'],
    ['https://www.baidu.com/link?url=uFqL_exTBjkiCWOxwpXJODYU', 'Baidu redirect'],
    ['https://us-west-2.protection.sophos.com/?d=evil.example&u=%00%01&p=m', 'Sophos Email'],
    ['https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2F', 'Microsoft Safe Links'],
    ['https://nam02.safelinks.protection.outlook.com/?url=javascript%3Aalert(1)', 'Microsoft Safe Links'],
    ['https://www.google.com/url?q=search+words', 'Google redirect'],
    ['https://secure-web.cisco.com/1fCCdfJv/', 'Cisco Secure Email'],
  ];
  for (const [url, wrapper] of opaque)
    it(`keeps and names ${url.slice(8, 60)}`, () =>
      assert.deepEqual(unwrap(url), { url, wrappers: [wrapper], opaque: true }));

  const hostsBehind: readonly (readonly [string, string | null])[] = [
    ['https://protect-eu.mimecast.com/s/rADECvZvDhygB3ktQtrXG?domain=evil.example', 'evil.example'],
    ['https://protect-us.mimecast.com/s/abc?x=1&amp;domain=b%C3%BCcher.example#y', 'b\u00fccher.example'],
    ['https://url.us.m.mimecastprotect.com/s/YP9XCWQRPfDXo1NIKijuVb2y7', null],
    ['https://us-west-2.protection.sophos.com/?d=evil.example&u=%00%01&p=m', 'evil.example'],
    ['https://evil.example/s/abc?domain=bank.example', null],
    ['https://www.google.com/url?q=search+words&domain=bank.example', null],
  ];
  for (const [url, host] of hostsBehind)
    it(`tells ${host ?? 'no host'} behind ${url.slice(8, 60)}`, () => assert.equal(targetHostOf(url), host));

  const others = [
    `https://nam02.safelinks.protection.outlook.com.evil.example/?url=${encoded}`,
    `https://nam02-safelinks.protection.outlook.com/?url=${encoded}`,
    `https://safelinks.protection.outlook.com:8443/?url=${encoded}`,
    `https://urldefense.com.evil.example/v3/__${target}__;!!a!b$`,
    `https://xurldefense.com/v3/__https://a.example/__;!!a!b$`,
    'https://urldefense.com/privacy',
    `https://google.evil.example/url?q=${encoded}`,
    `https://www.google.com/search?q=${encoded}`,
    `https://evil.example/url?u=${encoded}`,
    `https://urldefense.com@evil.example/v3/__https://a.example/__;!!a!b$`,
    'https://mimecast.com/s/abc',
  ];
  for (const url of others)
    it(`leaves ${url.slice(8, 70)} alone`, () => {
      const href = normaliseUrl(url) ?? '';
      assert.deepEqual(unwrap(href), { url: href, wrappers: [], opaque: false });
    });

  it('takes ten wrappers off and no more', () => {
    let url = target;
    for (let level = 0; level < 12; level++) url = safeLink(url);
    assert.equal(unwrap(url).wrappers.length, 10);
  });

  it('gives back any URL that a service wrapped, in any order', () => {
    const wrap = fc.constantFrom(
      safeLink,
      proofpointV2,
      proofpointV3,
      (url: string) => `https://secure-web.cisco.com/t0ken/${encodeURIComponent(url)}`,
    );
    fc.assert(
      fc.property(
        fc.webUrl({ withFragments: true, withQueryParameters: true }),
        fc.array(wrap, { maxLength: 3 }),
        (url, wraps) => {
          const href = normaliseUrl(url) ?? '';
          const wrapped = wraps.reduce((inner, outer) => outer(inner), href);
          assert.equal(unwrap(normaliseUrl(wrapped) ?? '').url, href);
        },
      ),
    );
  });

  it('never throws, and finds nothing more the second time', () => {
    const hosts = [
      'nam02.safelinks.protection.outlook.com/?url=',
      'urldefense.com/v3/__',
      'urldefense.com/v2/url?u=',
      'eu.protection.sophos.com/?u=',
      'www.bing.com/ck/a?u=a1',
      'url.avanan.click/v2/___',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...hosts), fc.string({ unit: 'binary' }), (host, rest) => {
        const href = normaliseUrl(`https://${host}${rest}`);
        if (href === null) return;
        const once = unwrap(href);
        assert.equal(unwrap(once.url).url, once.url);
      }),
    );
  });
});
