import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeAddresses } from '../../src/mail/decode-addresses.js';
import { simpleAddresses } from '../../src/mail/simple-addresses.js';

interface Case {
  readonly what: string;
  readonly list: string;
  readonly text: string;
  readonly addresses: readonly string[];
}

const cases: readonly Case[] = [
  { what: 'nothing', list: '', text: '', addresses: [] },
  { what: 'a bare address', list: 'Jane@A.example', text: 'Jane@A.example', addresses: ['jane@a.example'] },
  { what: 'only angle brackets', list: '<j@a.example>', text: 'j@a.example', addresses: ['j@a.example'] },
  {
    what: 'a quoted name',
    list: '"Doe, J." <j@a.example>',
    text: '"Doe, J." <j@a.example>',
    addresses: ['j@a.example'],
  },
  {
    what: 'a name of atoms',
    list: "Jane O'Neil <j@a.example>",
    text: `"Jane O'Neil" <j@a.example>`,
    addresses: ['j@a.example'],
  },
  {
    what: 'the address as its own name',
    list: '"j@a.example" <j@a.example>',
    text: 'j@a.example',
    addresses: ['j@a.example'],
  },
  {
    what: 'another address as name',
    list: '"ceo@b.example" <j@a.example>',
    text: '"ceo@b.example" <j@a.example>',
    addresses: ['j@a.example'],
  },
  {
    what: 'an escape in a name',
    list: '"The \\"Boss\\"" <j@a.example>',
    text: '"The \\"Boss\\"" <j@a.example>',
    addresses: ['j@a.example'],
  },
  { what: 'a comment as name', list: 'j@a.example (Jane)', text: '"Jane" <j@a.example>', addresses: ['j@a.example'] },
  {
    what: 'an unquoted comma',
    list: 'Doe, Jane <j@a.example>',
    text: '"Doe, Jane" <j@a.example>',
    addresses: ['j@a.example'],
  },
  {
    what: 'the same address twice',
    list: 'j@a.example, J@a.example',
    text: 'j@a.example, J@a.example',
    addresses: ['j@a.example'],
  },
  { what: 'an empty group', list: 'undisclosed-recipients:;', text: '"undisclosed-recipients": ;', addresses: [] },
  {
    what: 'a group and one outside',
    list: 'Team: x@b.example, Y <y@b.example>; z@c.example',
    text: '"Team": x@b.example, "Y" <y@b.example>;, z@c.example',
    addresses: ['x@b.example', 'y@b.example', 'z@c.example'],
  },
  {
    what: 'a group with an encoded name',
    list: '=?utf-8?B?w6RiYw==?=: =?utf-8?Q?=C3=A4?= <x@b.example>;',
    text: '"äbc": "ä" <x@b.example>;',
    addresses: ['x@b.example'],
  },
  {
    what: 'a letter cut in two by encoded words',
    list: '=?utf-8?Q?J=C3?= =?utf-8?Q?=A4ne?= <j@a.example>',
    text: '"Jäne" <j@a.example>',
    addresses: ['j@a.example'],
  },
  {
    what: 'an encoded address beside the real one, as a name',
    list: '=?utf-8?Q?ceo=40b.example?= <j@a.example>',
    text: '"ceo@b.example" <j@a.example>',
    addresses: ['j@a.example'],
  },
  {
    what: 'a name with its address, encoded as a whole',
    list: '=?utf-8?B?Sm9lIDxqb2VAYS5leGFtcGxlPg==?=',
    text: '"Joe" <joe@a.example>',
    addresses: ['joe@a.example'],
  },
  {
    what: 'no address in an encoded word that is a bare one',
    list: '=?utf-8?B?ZXZpbEBhLmV4YW1wbGU=?=',
    text: '"evil@a.example"',
    addresses: [],
  },
  {
    what: 'an encoded local part only where it hides no second address',
    list: '<=?utf-8?Q?j?=@a.example>, Bad <=?utf-8?Q?x=40y.example=20?=@a.example>',
    text: 'j@a.example, "Bad"',
    addresses: ['j@a.example'],
  },
  {
    what: 'an international domain',
    list: 'J <j@xn--mnchen-3ya.example>',
    text: '"J" <j@münchen.example>',
    addresses: ['j@münchen.example'],
  },
  {
    what: 'a domain that is no Punycode, as it stands',
    list: 'j@xn--a.example',
    text: 'j@xn--a.example',
    addresses: ['j@xn--a.example'],
  },
  {
    what: 'an address literal',
    list: 'j@[IPv6:2001:db8::1]',
    text: 'j@[IPv6:2001:db8::1]',
    addresses: ['j@[ipv6:2001:db8::1]'],
  },
];

describe('an address list', () => {
  for (const { what, list, text, addresses } of cases) {
    it(`with ${what}`, () => assert.deepEqual(decodeAddresses(list), { text, addresses }));
  }

  it('that is simple gives what the full parser gives', () => {
    const names = [
      '',
      'Jane ',
      'Jane Doe',
      '"Jane"',
      '"Doe, Jane" ',
      "'J' ",
      '"J (x) [y]: @;<z>"',
      'A.B/C=1 ',
      ' #1\t',
    ];
    const addresses = ['<j@a.example>', '<J.D+x=1@A-b.example>', '<a_b@localhost>'];
    const written = ['j@a.example', ...names.flatMap((name) => addresses.map((address) => `${name}${address}`))];
    const simple = written.flatMap((one) => [one, ` ${one} `, `x@b.example,${one}`, `${one} ,"B" <x@b.example>`]);
    let quick = 0;
    for (const list of simple) {
      if (simpleAddresses(list) !== null) quick += 1;
      // Nothing stands between two commas: the full parser passes over it, the simple one leaves such a list to it.
      const full = `${list},,`;
      assert.equal(simpleAddresses(full), null);
      assert.deepEqual(decodeAddresses(list), decodeAddresses(full), list);
    }
    assert.ok(quick > simple.length * 0.8, `only ${quick} of ${simple.length} went the quick way`);
  });

  for (const list of [
    'j@a.example x',
    '"" <j@a.example>',
    '"a\\b" <j@a.example>',
    'ä <j@a.example>',
    'a:b@c.example;',
    'j@a.example (J)',
  ]) {
    it(`that is not simple is left to the full parser: ${list}`, () => assert.equal(simpleAddresses(list), null));
  }

  it('as shown holds no address that it had only in a name', () => {
    const shown = decodeAddresses('"x\\" <ceo@corp.example>, \\"y" <evil@evil.example>');
    assert.deepEqual(shown, {
      text: '"x\\" <ceo@corp.example>, \\"y" <evil@evil.example>',
      addresses: ['evil@evil.example'],
    });
    assert.deepEqual(decodeAddresses(shown.text), shown);
    const text = fc.string({
      unit: fc.constantFrom('"', '\\', '<', '>', ',', '@', ' ', '(', ')', ':', ';', 'a', 'ä', '.'),
    });
    fc.assert(
      fc.property(text, (name) => {
        const encoded = `=?utf-8?B?${Buffer.from(name).toString('base64')}?= <j@a.example>`;
        const { text: once, addresses } = decodeAddresses(encoded);
        assert.deepEqual(addresses, ['j@a.example']);
        assert.deepEqual(decodeAddresses(once).addresses, addresses);
      }),
    );
  });

  it('made to be slow takes linear time', () => {
    for (const unit of [
      'a',
      ' ',
      '"',
      '<',
      '@',
      'a@',
      'a@b',
      ',',
      ', ',
      '" ',
      'a <',
      '=?',
      '=?x?B?',
      '(',
      ':',
      '<a@b.c>',
      '\t"a"',
    ]) {
      const startMs = process.cpuUsage().user / 1000;
      decodeAddresses(unit.repeat(65_536 / unit.length));
      const tookMs = process.cpuUsage().user / 1000 - startMs;
      assert.ok(tookMs < 1000, `${JSON.stringify(unit)} took ${tookMs} ms`);
    }
  });
});
