import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import { codecServerSchema } from '../../../src/temporal/codec/server/config.js';
import { RemoteKeySet } from '../../../src/temporal/codec/server/key-set.js';
import { whileListening } from '../../support/listening.js';

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const good = { ...publicKey.export({ format: 'jwk' }), kid: 'good' };

/** An issuer that has these keys, or fails. */
async function withIssuer(work: (issuer: Issuer, keys: RemoteKeySet) => Promise<void>): Promise<void> {
  const issuer: Issuer = { asked: 0, fails: false, keys: [good] };
  const server = createServer(({ url }, response) => {
    issuer.asked += 1;
    // Some name in the query whose keys are meant.
    if (url !== '/keys?p=B2C_1_signin') response.writeHead(404).end();
    else response.writeHead(issuer.fails ? 503 : 200).end(JSON.stringify({ keys: issuer.keys }));
  });
  await whileListening(server, async ({ port }) => {
    const about = { insecure: true, issuer: 'https://id.example.com', audience: 'temporal' };
    const { jwt } = codecServerSchema.parse({
      jwt: { jwks: `http://127.0.0.1:${port}/keys?p=B2C_1_signin`, ...about },
    });
    assert.ok(jwt);
    const keys = new RemoteKeySet(jwt, '.');
    try {
      await work(issuer, keys);
    } finally {
      await keys.close();
    }
  });
}

interface Issuer {
  asked: number;
  fails: boolean;
  keys: readonly object[];
}

describe('the keys of an issuer', () => {
  it('stay known while it fails and somebody asks for a key that nobody has', (context) =>
    withIssuer(async (issuer, keys) => {
      context.mock.timers.enable({ apis: ['Date'] });
      assert.deepEqual(Object.keys(await keys.keysFor('good')), ['good']);
      issuer.fails = true;
      context.mock.timers.tick(60_000);
      assert.deepEqual(Object.keys(await keys.keysFor('made-up')), ['good']);
      assert.deepEqual(Object.keys(await keys.keysFor('good')), ['good']);
      // One that was withdrawn is not taken for long.
      context.mock.timers.tick(11 * 60_000);
      await assert.rejects(keys.keysFor('good'), /the issuer answered 503/);
    }));

  it('are asked for once in a moment, however many tokens come while it fails', (context) =>
    withIssuer(async (issuer, keys) => {
      context.mock.timers.enable({ apis: ['Date'] });
      issuer.fails = true;
      for (let times = 0; times < 20; times++) await assert.rejects(keys.keysFor(`made-up-${times}`));
      assert.equal(issuer.asked, 1);
      issuer.fails = false;
      context.mock.timers.tick(4_000);
      assert.deepEqual(Object.keys(await keys.keysFor('good')), ['good']);
    }));

  it('are none the worse for one that cannot be read', () =>
    withIssuer(async (issuer, keys) => {
      issuer.keys = [{ kty: 'EC', crv: 'of tomorrow', x: 'AA', y: 'AA', kid: 'odd' }, good];
      assert.deepEqual(Object.keys(await keys.keysFor('good')), ['good']);
    }));
});
