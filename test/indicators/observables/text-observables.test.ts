import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bech32, bech32m } from 'bech32';
import bs58check from 'bs58check';
import fc from 'fast-check';
import { IndicatorList } from '../../../src/indicators/observables/indicator-list.js';
import { addTextObservables } from '../../../src/indicators/observables/text-observables.js';
import { addUrlHosts } from '../../../src/indicators/observables/url-hosts.js';
import { growth } from '../../support/processor-time.js';

const md5 = 'd41d8cd98f00b204e9800998ecf8427e';
const sha1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709';
const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const sha512 = `${sha256}${[...sha256].reverse().join('')}`;
const hash = Array.from({ length: 20 }, (_, index) => index * 7);
const legacy = (...version: number[]) => bs58check.encode(Uint8Array.from([...version, ...hash]));
const segwit = bech32.encode('ltc', [0, ...bech32.toWords(hash)]);

function found(text: string): string[] {
  const list = new IndicatorList();
  addTextObservables(text, undefined, list);
  return list.indicators.map(({ type, value }) => `${type} ${value}`);
}

describe('in text', () => {
  const cases: readonly (readonly [what: string, text: string, ...expected: string[]])[] = [
    ['an address', 'Traffic to 203.0.113.9.', 'ipv4 203.0.113.9'],
    ['an address with its port', 'C2: 8.8.4.4:8443, beacon', 'ipv4 8.8.4.4'],
    ['a defanged address', '203[.]0[.]113[.]9 and 8(.)8(.)4(dot)4', 'ipv4 203.0.113.9', 'ipv4 8.8.4.4'],
    [
      'an IPv6 address',
      'from [2001:DB8:0:0::25] or 2a00:1450:4001:81b::200e,',
      'ipv6 2001:db8::25',
      'ipv6 2a00:1450:4001:81b::200e',
    ],
    ['a defanged IPv6 address', '2a00[:]1450[:]4001[:]81b[:]:200e', 'ipv6 2a00:1450:4001:81b::200e'],
    [
      'no address of a local network',
      '10.1.2.3 192.168.0.1 127.0.0.1 169.254.1.1 100.64.0.9 0.0.0.0 255.255.255.255 224.0.0.1 fe80::1 ::1 fd00::1',
    ],
    ['no version number', 'Version 10.0.19041.1, v8.8.4.4, Firefox version 8.8.8.8, release 8.8.8.8'],
    ['no longer number', '1.8.8.8.8 8.8.8.8.1 8.8.8.256 8.8.8 08.8.8.8 203.0.113.0/24 x8.8.8.8 8.8.8.8-beta'],
    ['no time, MAC address or code', '12:30:45 00:1a:2b:3c:4d:5e std::string 20:15 2001:2 2024:11:22'],
    [
      'a mail address',
      'Write to <Jane.Doe+x@Mail.phish.example>.',
      'email jane.doe+x@mail.phish.example',
      'domain phish.example',
      'host mail.phish.example',
    ],
    [
      'a defanged mail address',
      'jane[at]phish[.]example, joe (at) phish (dot) example',
      'email jane@phish.example',
      'domain phish.example',
      'email joe@phish.example',
    ],
    ['an international mail address', 'anna@bücher.de', 'email anna@xn--bcher-kva.de', 'domain xn--bcher-kva.de'],
    [
      'no Message-ID and no content id',
      'Message-ID: <abc@mail.phish.example> [cid:image001.png@01DB.example] In-Reply-To: <x@y.example>',
    ],
    [
      'nothing with an @ that is no address',
      'a@b @user user@ x@localhost a@10.1.2.3 dev@host.corp.local pkg@1.2.3 a..b@phish.example',
    ],
    [
      'a domain and the host below it',
      'Block login.bank.co.uk and evil-bank.com today.',
      'domain bank.co.uk',
      'host login.bank.co.uk',
      'domain evil-bank.com',
    ],
    ['a page that somebody has at a provider', 'see someone.github.io', 'domain someone.github.io'],
    ['a defanged domain', 'evil-bank[.]com and evil-bank (dot) net', 'domain evil-bank.com', 'domain evil-bank.net'],
    ['no file name', 'invoice.pdf setup.py readme.md archive.zip run.sh report.docx /opt/app.rs a.b.py'],
    ['no two sentences', 'It is over.It was good. e.g. i.e. Mr.Smith end.So'],
    ['no path and no member of an object', 'src/net.co C:\\x.com obj.name() my_host.com $page.com'],
    [
      'hashes of files',
      `MD5:${md5} ${sha1.toUpperCase()}, (${sha256}) ${sha512}.`,
      `md5 ${md5}`,
      `sha1 ${sha1}`,
      `sha256 ${sha256}`,
      `sha512 ${sha512}`,
    ],
    [
      'no piece of something longer',
      `${md5}0 x${md5} ${md5}-${md5} a_${md5} /${md5}/x ${'0'.repeat(32)} ${'1'.repeat(40)} ${'f'.repeat(32)}`,
    ],
    ['no hash that stands in a URL', `https://track.example/${md5}?id=${sha1}`],
    [
      'Bitcoin, all kinds',
      '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa 3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4 bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0',
      'bitcoin 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa',
      'bitcoin 3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy',
      'bitcoin bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
      'bitcoin bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0',
    ],
    [
      'Bitcoin in a payment link',
      'bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa?amount=0.1',
      'bitcoin 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa',
    ],
    [
      'the other coins',
      [legacy(0x30), segwit, legacy(0x1e), legacy(0x4c), legacy(0x41), legacy(0x1c, 0xb8)].join(' '),
      `litecoin ${legacy(0x30)}`,
      `litecoin ${segwit}`,
      `dogecoin ${legacy(0x1e)}`,
      `dash ${legacy(0x4c)}`,
      `tron ${legacy(0x41)}`,
      `zcash ${legacy(0x1c, 0xb8)}`,
    ],
    [
      'Ethereum',
      'ETH 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
      'ethereum 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
    ],
    [
      'Monero',
      '44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A',
      'monero 44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A',
    ],
    [
      'no address whose checksum is wrong',
      `1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD 0x${'5aaeb6053f3e94c9b9a09f33669435e7ef1beaed'} 44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3B`,
    ],
    ['no program of version 0 with the checksum of version 1', bech32m.encode('bc', [0, ...bech32.toWords(hash)])],
    ['no address of another kind', `${legacy(0x6f)} ${legacy(0x80)}`],
    [
      'CVE ids',
      'CVE-2024-3094, cve-2021-44228; CVE‑2017‑0144 CVE-2024-3094',
      'cve CVE-2024-3094',
      'cve CVE-2021-44228',
      'cve CVE-2017-0144',
    ],
    ['no other id', 'CVE-1998-0001 CVE-2024-123 XCVE-2024-3094 CVE-2024-3094x CVE-20244-3094'],
  ];
  for (const [what, text, ...expected] of cases) it(`there is ${what}`, () => assert.deepEqual(found(text), expected));

  it('what stands in a URL does not stand again as text, but in another role it does', () => {
    const list = new IndicatorList();
    const urls = [
      'https://login.evil-bank.com/',
      'http://203.0.113.9:8080/x',
      'http://[2001:db8::25]/',
      'http://127.0.0.1/',
    ];
    addUrlHosts(
      urls.map((url) => ({ url, kind: 'text', part: '1' })),
      list,
    );
    addTextObservables('login.evil-bank.com 203.0.113.9 evil-bank.com other-bank.com', '1', list);
    list.add({ type: 'ipv4', value: '203.0.113.9', role: 'received', position: 2 });
    assert.deepEqual(
      list.indicators.map(({ type, value, role }) => `${type} ${value} ${role}`),
      [
        'domain evil-bank.com url',
        'host login.evil-bank.com url',
        'ipv4 203.0.113.9 url',
        'ipv6 2001:db8::25 url',
        'domain other-bank.com body',
        'ipv4 203.0.113.9 received',
      ],
    );
  });

  it('a service that does not tell the URL names the domain behind it, where it is one', () => {
    const list = new IndicatorList();
    const mimecast = 'https://protect-eu.mimecast.com/s/abc?domain=';
    const values = [
      'login.evil-bank.com',
      'Evil-Bank.com.',
      '8.8.8.8',
      '10.0.0.1',
      'a.b',
      '%00',
      'https%3A%2F%2Fx.example',
      '',
    ];
    addUrlHosts(
      [
        ...values.map((value) => ({ url: `${mimecast}${value}`, kind: 'click', wrappers: ['Mimecast'] }) as const),
        // No wrapper was seen there.
        { url: 'https://a.example/s/abc?domain=none.example', kind: 'click' },
      ],
      list,
    );
    assert.deepEqual(
      list.indicators.map(({ type, value }) => `${type} ${value}`),
      [
        'domain mimecast.com',
        'host protect-eu.mimecast.com',
        'domain evil-bank.com',
        'host login.evil-bank.com',
        'ipv4 8.8.8.8',
        'domain a.example',
      ],
    );
  });

  it('there are no more than the limit, which is said', () => {
    const list = new IndicatorList();
    for (let index = 0; index < 2001; index++)
      list.add({ type: 'cve', value: `CVE-2024-${1000 + index}`, role: 'body' });
    assert.equal(list.indicators.length, 2000);
    assert.ok(list.cut);
  });
});

describe('whatever the text', () => {
  const signs = fc.constantFrom(
    '.',
    '@',
    ':',
    '[',
    ']',
    '(',
    'dot',
    '-',
    '/',
    '1',
    '8.8.8.8',
    'a',
    'xn--',
    '0x',
    'CVE-',
    '\n',
    ' ',
    'com',
    'é',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.array(signs, { maxLength: 200 }).map((all) => all.join('')),
  );

  it('nothing throws, and what is found is found again in what was found', () => {
    fc.assert(
      fc.property(text, (some) => {
        const first = found(some);
        const values = first.map((line) => line.slice(line.indexOf(' ') + 1));
        const again = new Set(found(values.join(' ; ')));
        // A host implies its domain, and a reserved name is only one behind an @.
        for (const line of first) if (!/^(?:host|domain)/.test(line)) assert.ok(again.has(line), line);
      }),
      { numRuns: 300 },
    );
  });

  const pathological: Readonly<Record<string, string>> = {
    'at signs': '@',
    'dots and letters': 'a.',
    dashes: '-',
    dots: '.',
    'numbers and dots': '1.',
    colons: '2001:',
    'hex digits': 'a1',
    'words of base58': '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa ',
    'defanged dots': 'a[.]',
    'open brackets': '[ ',
    'mail addresses': 'a@b.com,',
    Punycode: 'xn--a.',
    'beginnings of ids': 'CVE-2024-',
    'wide letters': '例え。',
  };
  for (const [what, piece] of Object.entries(pathological)) {
    it(`the time grows no faster than the text: ${what}`, () => {
      const times = growth((chars) => found(piece.repeat(Math.ceil(chars / piece.length))));
      assert.ok(times < 64, `16 times the input costs ${times.toFixed(0)} times as much`);
    });
  }
});
