import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { test } from 'node:test';
import { LurewatchError } from '../../../src/errors/lurewatch-error.js';
import { isPublicAddress } from '../../../src/feeds/sources/addresses.js';
import { assertPublicHost, lookupPublic } from '../../../src/feeds/sources/connections.js';

const privateAddresses = `0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1
  172.31.255.255 192.0.0.1 192.0.2.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1
  255.255.255.255 :: ::1 ::127.0.0.1 ::ffff:10.0.0.1 ::ffff:127.0.0.1 ::ffff:0:127.0.0.1 64:ff9b::127.0.0.1
  64:ff9b::10.0.0.1 64:ff9b:1::8.8.8.8 100::1 2001::1 2001:db8::1 2002:7f00:1:: 3fff::1 4000::1 5f00::1 fc00::1
  fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1`.split(/\s+/);
const publicAddresses = `1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.169.0.1 223.255.255.255
  2606:4700:4700::1111 2a00:1450:4001:831::200e ::ffff:8.8.8.8 64:ff9b::8.8.8.8`.split(/\s+/);

for (const address of privateAddresses) {
  test(`${address} is not of the public Internet`, () => assert.equal(isPublicAddress(address), false));
}

for (const address of publicAddresses) {
  test(`${address} is of the public Internet`, () => assert.equal(isPublicAddress(address), true));
}

test('what is no address is not of the public Internet', () => {
  for (const text of ['', 'feeds.example', '1.2.3.4.5', '[::1']) assert.equal(isPublicAddress(text), false, text);
});

test('an address in a URL is recognised in every notation', () => {
  const notations = `127.0.0.1 127.1 2130706433 0x7f000001 0x7f.0.0.1 0177.0.0.1 017700000001 127.0.0.1. 0 [::1] [::]
    [::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:ffff:a00:1] [fe80::1] １２７.０.０.１ 169.254.169.254`.split(/\s+/);
  for (const host of notations) {
    const check = () => assertPublicHost(new URL(`https://${host}/`), 'feeds.leaks.source');
    assert.throws(check, { code: 'LW_FEED_ADDRESS' }, host);
  }
  assertPublicHost(new URL('https://8.8.8.8/'), 'feeds.leaks.source');
  assertPublicHost(new URL('https://feeds.example/'), 'feeds.leaks.source');
});

type Answer = readonly [Error | null, string | LookupAddress[], number | undefined];

/** What a connection is given for a name that has these addresses. */
function lookUp(addresses: readonly string[], all: boolean): Promise<Answer> {
  const known = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  const lookup = lookupPublic('feeds.leaks.source', (_name, _options, callback) => callback(null, known));
  return new Promise((resolve) => {
    lookup('feeds.example', { all }, (error, address, family) => resolve([error, address, family]));
  });
}

test('a name with only private addresses leads nowhere', async () => {
  for (const all of [true, false]) {
    const [error, address] = await lookUp(['10.0.0.1', '::1'], all);
    assert.ok(error instanceof LurewatchError && error.code === 'LW_FEED_ADDRESS');
    assert.match(error.message, /feeds\.example has the address 10\.0\.0\.1/);
    assert.deepEqual(address, []);
  }
});

test('of a name with addresses of both kinds, only the public ones are connected to', async () => {
  const [, all] = await lookUp(['127.0.0.1', '8.8.8.8', 'fd00::1', '1.1.1.1'], true);
  assert.deepEqual(all, [
    { address: '8.8.8.8', family: 4 },
    { address: '1.1.1.1', family: 4 },
  ]);
  assert.deepEqual(await lookUp(['127.0.0.1', '2606:4700:4700::1111'], false), [null, '2606:4700:4700::1111', 6]);
});
