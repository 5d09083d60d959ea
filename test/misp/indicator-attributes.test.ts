import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Indicator } from '../../src/indicators/observables/types.js';
import { buildMispEvent } from '../../src/misp/build-event.js';
import { describeType } from '../../src/misp/describe-types.js';
import { mispEventConfig, mispSource } from '../support/misp-documents.js';

const md5 = 'd41d8cd98f00b204e9800998ecf8427e';
const indicators: readonly Indicator[] = [
  { type: 'email', value: 'a@other.example', role: 'replyTo' },
  { type: 'email', value: 'b@other.example', role: 'body' },
  { type: 'domain', value: 'evil.example', role: 'url' },
  { type: 'ipv4', value: '203.0.113.9', role: 'url' },
  { type: 'ipv6', value: '2001:db8::25', role: 'body' },
  { type: 'ipv4', value: '198.51.100.7', role: 'received', position: 1 },
  { type: 'md5', value: md5, role: 'body' },
  { type: 'bitcoin', value: '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', role: 'body' },
  { type: 'ethereum', value: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed', role: 'body' },
  { type: 'cve', value: 'CVE-2024-3094', role: 'body' },
];

function rows(changes: Parameters<typeof mispSource>[0], toIds: boolean) {
  const event = buildMispEvent(mispSource(changes), { ...mispEventConfig, toIds });
  return event?.Attribute.map(({ type, value, category, to_ids }) => [type, value, category, to_ids]);
}

test('indicators of a mail stand behind its URLs; only what is a sure sign is one for detection', () => {
  assert.deepEqual(rows({ indicators }, true)?.slice(4), [
    ['url', 'https://evil.example/login', 'Network activity', true],
    ['email-reply-to', 'a@other.example', 'Payload delivery', false],
    ['ip-dst', '203.0.113.9', 'Network activity', true],
    ['ip-dst', '2001:db8::25', 'Network activity', false],
    ['md5', md5, 'Payload delivery', false],
    ['btc', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', 'Financial fraud', true],
    ['vulnerability', 'CVE-2024-3094', 'External analysis', false],
  ]);
  for (const [type, , category] of rows({ indicators }, true) ?? [])
    assert.ok(describeType(String(type))?.categories.includes(String(category)), String(type));
});

test('nothing is one for detection unless the configuration says so', () => {
  assert.ok(rows({ indicators }, false)?.every(([, , , toIds]) => toIds === false));
});

test('a mail without URLs has an event where a wallet, an address or a hash stands in it, and else none', () => {
  const eventOf = (role: string, type: string) =>
    rows({ urls: [], indicators: indicators.filter((one) => one.role === role && one.type === type) }, false);
  for (const type of ['bitcoin', 'ipv6', 'md5']) assert.ok(eventOf('body', type), type);
  for (const type of ['email', 'cve', 'ethereum']) assert.equal(eventOf('body', type), undefined, type);
  assert.equal(eventOf('received', 'ipv4'), undefined);
  assert.equal(eventOf('replyTo', 'email'), undefined);
});
