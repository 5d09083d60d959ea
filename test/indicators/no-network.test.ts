import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { it, type TestContext } from 'node:test';
import { readCorpus } from '../fixtures/mails/corpus.js';
import { extract } from '../support/extraction.js';

/** Those of callbacks and those of promises have other types, and the same names. */
type Resolver = Record<
  'lookup' | 'resolve' | 'resolve4' | 'resolve6' | 'resolveAny' | 'reverse',
  (name: string) => void
>;

/** Every way out of the process is written down here, and closed, until the test ends. */
function closeNetwork(test: TestContext): readonly string[] {
  const asked: string[] = [];
  const refuse = (what: string) => (first: unknown) => {
    asked.push(`${what} ${typeof first === 'string' ? first : JSON.stringify(first)}`);
    throw new Error('there is no network');
  };
  test.mock.method(globalThis, 'fetch', refuse('fetch'));
  // http, https, tls and undici all end in these.
  test.mock.method(net.Socket.prototype, 'connect', refuse('connect'));
  test.mock.method(dgram.Socket.prototype, 'send', refuse('send'));
  for (const resolver of [dns, dns.promises])
    for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6', 'resolveAny', 'reverse'] as const)
      test.mock.method(resolver as Resolver, name, refuse(name));
  // Those who imported a function by its name get the refusing one, too.
  syncBuiltinESMExports();
  test.after(() => {
    test.mock.restoreAll();
    syncBuiltinESMExports();
  });
  return asked;
}

it('asks for nothing over the network, whatever stands in a mail', async (test) => {
  const asked = closeNetwork(test);
  await assert.rejects(async () => fetch('http://127.0.0.1:9/'), /no network/);
  assert.throws(() => net.connect(9, '127.0.0.1'), /no network/);
  assert.throws(() => dns.lookup('localhost', () => {}), /no network/);
  const ownQuestions = asked.length;
  assert.ok(ownQuestions >= 3);
  for (const { name, raw } of await readCorpus()) {
    await extract(raw);
    assert.deepEqual(asked.slice(ownQuestions), [], name);
  }
});
