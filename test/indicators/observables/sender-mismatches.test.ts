import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addHeaderObservables } from '../../../src/indicators/observables/header-observables.js';
import { IndicatorList } from '../../../src/indicators/observables/indicator-list.js';
import { senderMismatches } from '../../../src/indicators/observables/sender-mismatches.js';

const from = ['news@shop.example'];
const none = { from, replyTo: [], returnPath: [] };

describe('a sender', () => {
  for (const [what, addresses, expected] of [
    ['that answers go to a stranger', { replyTo: ['shop@gmail.com'] }, ['reply-to-mismatch']],
    ['that bounces go to a stranger', { returnPath: ['x@mailer.example'] }, ['return-path-mismatch']],
    ['that one of several answers goes to a stranger', { replyTo: [...from, 'a@b.example'] }, ['reply-to-mismatch']],
    [
      'that both do',
      { replyTo: ['a@b.example'], returnPath: ['a@b.example'] },
      ['reply-to-mismatch', 'return-path-mismatch'],
    ],
    [
      'nothing where the same company answers',
      { replyTo: ['help@support.shop.example'], returnPath: ['b@bounces.shop.example'] },
      [],
    ],
    ['nothing of a mail without sender', { from: [], replyTo: ['a@b.example'] }, []],
    [
      'that two customers of one provider are two',
      { from: ['a@one.github.io'], replyTo: ['a@two.github.io'] },
      ['reply-to-mismatch'],
    ],
    [
      'that two companies of one country are two',
      { from: ['a@one.co.uk'], replyTo: ['a@two.co.uk'] },
      ['reply-to-mismatch'],
    ],
  ] as const) {
    it(`is told ${what}`, () => assert.deepEqual(senderMismatches({ ...none, ...addresses }, []), expected));
  }

  const returnPath = ['dev-bounces+soc=corp.example@lists.example.org'];
  const domains = ['example.org'];
  for (const [what, list, expected] of [
    [
      'nothing where bounces go to the mailing list',
      { domains, recipientDomains: ['example.org', 'corp.example'] },
      [],
    ],
    [
      'that bounces go elsewhere than to the mailing list',
      { domains: ['other.example'], recipientDomains: [] },
      ['return-path-mismatch'],
    ],
    [
      'that a mail in the name of the recipient’s company came over a mailing list',
      { domains, recipientDomains: ['shop.example'] },
      ['return-path-mismatch'],
    ],
    ['that bounces go to a stranger where there is no list', null, ['return-path-mismatch']],
  ] as const)
    it(`is told ${what}`, () => assert.deepEqual(senderMismatches({ ...none, returnPath }, [], list), expected));

  it('is told that answers go to the mailing list, which a forged one would too', () => {
    const list = { domains, recipientDomains: [] };
    const expected = ['reply-to-mismatch'];
    assert.deepEqual(senderMismatches({ ...none, returnPath, replyTo: ['dev@lists.example.org'] }, [], list), expected);
  });

  for (const [name, address, mismatch] of [
    ['boss@company.example', 'x@gmail.com', true],
    ['Boss (boss@company.example)', 'x@gmail.com', true],
    ['boss@company.example', 'other@company.example', true],
    ['news@shop.example', 'News@Shop.example', false],
    ['anna@bücher.de', 'anna@bücher.de', false],
    ['Shop @ home', 'news@shop.example', false],
  ] as const) {
    it(`that shows "${name}" for ${address} is ${mismatch ? 'a' : 'no'} mismatch`, () =>
      assert.deepEqual(senderMismatches(none, [{ name, address }]), mismatch ? ['display-name-mismatch'] : []));
  }
});

it('addresses have the role of their header field, and servers on the way their position from the top', () => {
  const list = new IndicatorList();
  const addresses = { from, replyTo: ['a@b.example'], returnPath: [], envelope: ['soc@corp.example'] };
  const received = [
    'from edge.corp.example (10.0.0.5) by mail.corp.example; Mon, 2 Nov 2026 08:00:00 +0000',
    'from evil (unknown [203.0.113.9]) by edge.corp.example (Postfix) with ESMTP id 4ABC; Mon, 2 Nov 2026 07:59:59 +0000',
    'from [IPv6:2001:db8::25] (helo=evil) by evil with esmtp (Exim 4.96.1.2)',
  ];
  addHeaderObservables(addresses, received, undefined, list);
  assert.deepEqual(list.indicators, [
    { type: 'email', value: 'news@shop.example', role: 'from' },
    { type: 'email', value: 'a@b.example', role: 'replyTo' },
    { type: 'email', value: 'soc@corp.example', role: 'envelope' },
    { type: 'ipv4', value: '203.0.113.9', role: 'received', position: 2 },
    { type: 'ipv6', value: '2001:db8::25', role: 'received', position: 3 },
  ]);
});
