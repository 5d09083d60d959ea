import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { Agent, fetch } from 'undici';
import { z } from 'zod';
import { makeCertificate } from '../../support/certificates.js';
import { token, usualCodecServer, whileServing } from '../../support/codec-server.js';
import { codecOf, encryptedWith } from '../../support/history-config.js';

const bearer = { authorization: `Bearer ${token}` };
const origin = 'https://temporal.example.com';
const answerSchema = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), z.string()), data: z.string() })),
});

function bodyOf(payloads: readonly Payload[]): string {
  const text = (value: Uint8Array | null | undefined) => Buffer.from(value ?? []).toString('base64');
  return JSON.stringify({
    payloads: payloads.map(({ metadata, data }) => ({
      metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, text(value)])),
      data: text(data),
    })),
  });
}

function post(url: string, body: string, headers: Readonly<Record<string, string>> = bearer) {
  return fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
}

const secretPayload = defaultPayloadConverter.toPayload('the subject of a mail');
const encrypted = async () => (await codecOf(encryptedWith('one', { one: 'KEY_ONE' }))).encode([secretPayload]);

describe('the codec server', () => {
  it('encodes with the current key, decodes with each, and takes the namespace in the path', () =>
    whileServing(async ({ url, log }) => {
      const encoded = await post(`${url}/encode`, bodyOf([secretPayload]));
      assert.equal(encoded.status, 200);
      const { payloads } = answerSchema.parse(await encoded.json());
      const keyId = payloads[0]?.metadata['encryption-key-id'] ?? '';
      assert.equal(Buffer.from(keyId, 'base64').toString(), 'two');

      const [old] = answerSchema.parse(JSON.parse(bodyOf(await encrypted()))).payloads;
      const body = JSON.stringify({ payloads: [...payloads, old] });
      const decoded = await post(`${url}/default/decode`, body, { ...bearer, 'x-namespace': 'default' });
      assert.equal(decoded.headers.get('content-type'), 'application/json');
      assert.equal(decoded.headers.get('cache-control'), 'no-store');
      const both = answerSchema.parse(await decoded.json()).payloads;
      const texts = both.map(({ data }) => Buffer.from(data, 'base64').toString());
      assert.deepEqual(texts, ['"the subject of a mail"', '"the subject of a mail"']);
      assert.match(log.at(-1) ?? '', /"operation":"decode","who":"soc","payloads":2,"namespace":"default"/);
      assert.doesNotMatch(log.join('\n'), /subject|nobody-guesses/);
    }));

  it('answers nobody without a token that counts', () =>
    whileServing(async ({ url, log }) => {
      const body = bodyOf(await encrypted());
      const wrong = [
        `Bearer ${token}x`,
        `Bearer ${token.slice(1)}`,
        'Bearer',
        `Basic ${token}`,
        token,
        'Bearer a.b.c',
        '',
      ];
      for (const authorization of wrong) {
        for (const operation of ['decode', 'encode']) {
          const answer = await post(`${url}/${operation}`, body, authorization === '' ? {} : { authorization });
          assert.equal(answer.status, 401, authorization);
          assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
          assert.doesNotMatch(await answer.text(), /subject/);
        }
      }
      assert.equal(log.length, 2 * wrong.length);
      assert.doesNotMatch(log.join('\n'), /nobody-guesses/);
    }));

  it('lets pages of the Web UIs that are named ask, and no others', () =>
    whileServing(async ({ url }) => {
      const preflight = (from: string) =>
        fetch(`${url}/decode`, {
          method: 'OPTIONS',
          headers: {
            origin: from,
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'authorization,content-type,x-namespace',
          },
        });
      const allowed = await preflight(origin);
      assert.equal(allowed.status, 204);
      assert.equal(allowed.headers.get('access-control-allow-origin'), origin);
      assert.equal(allowed.headers.get('vary'), 'Origin');
      assert.match(
        allowed.headers.get('access-control-allow-headers') ?? '',
        /Authorization, Content-Type, X-Namespace/,
      );
      assert.match(allowed.headers.get('access-control-allow-methods') ?? '', /POST/);

      const body = bodyOf(await encrypted());
      assert.equal(
        (await post(`${url}/decode`, body, { ...bearer, origin })).headers.get('access-control-allow-origin'),
        origin,
      );
      // The page has to be able to show why.
      assert.equal((await post(`${url}/decode`, body, { origin })).headers.get('access-control-allow-origin'), origin);
      for (const other of ['https://temporal.example.com.evil.example', 'http://temporal.example.com', 'null']) {
        for (const answer of [
          await preflight(other),
          await post(`${url}/decode`, body, { ...bearer, origin: other }),
        ]) {
          assert.equal(answer.status, 403);
          assert.equal(answer.headers.get('access-control-allow-origin'), null);
        }
      }
    }));

  it('refuses what is no payload, too large, not to be decrypted, or elsewhere', () =>
    whileServing(async ({ url }) => {
      for (const body of [
        '',
        '[]',
        '{"payloads":1}',
        '{"payloads":[{"data":"$$"}]}',
        '{"payloads":[{"metadata":{"a":1}}]}',
      ])
        assert.equal((await post(`${url}/decode`, body)).status, 400, body);
      assert.equal((await post(`${url}/decode`, `"${'x'.repeat(17 * 1024 * 1024)}"`)).status, 413);
      const unknown = await codecOf(encryptedWith('three', { three: 'KEY_ONE' }));
      const answer = await post(`${url}/decode`, bodyOf(await unknown.encode([secretPayload])));
      assert.equal(answer.status, 422);
      assert.match(await answer.text(), /the key "three", and here are only: one, two.*LW_HISTORY_KEY_UNKNOWN/);
      assert.equal((await post(`${url}/`, '{}')).status, 404);
      assert.equal((await fetch(`${url}/decode`, { headers: bearer })).status, 405);
      assert.equal((await fetch(`${url}/healthz`)).status, 200);
      assert.deepEqual(await (await post(`${url}/decode`, '{}')).json(), { payloads: [] });
    }));

  it('serves https:// with a certificate of its own', async () => {
    const certificate = makeCertificate('IP:127.0.0.1');
    const dispatcher = new Agent({ connect: { ca: certificate.cert } });
    try {
      const tls = { certificate: certificate.certFile, key: { env: 'TLS_KEY' } };
      await whileServing(
        async ({ url }) => {
          assert.match(url, /^https:/);
          assert.equal((await fetch(`${url}/healthz`, { dispatcher })).status, 200);
        },
        { ...usualCodecServer, tls },
        { TLS_KEY: certificate.key },
      );
    } finally {
      await dispatcher.close();
      certificate.remove();
    }
  });

  it('does not start for everybody, for a token that can be guessed, or readable beyond this machine', async () => {
    const never = async () => assert.fail('it started');
    const refused = (codecServer: Readonly<Record<string, unknown>>, message: RegExp, environment = {}) =>
      assert.rejects(whileServing(never, { port: 0, ...codecServer }, environment), {
        code: 'LW_CONFIG_INVALID',
        message,
      });
    const { tokens } = usualCodecServer;
    await refused({}, /nobody may ask/);
    await refused({ tokens }, /codecServer\.tokens\.soc: the token has fewer than 20 characters/, { TOKEN: 'hunter2' });
    await refused({ tokens, host: '0.0.0.0' }, /would travel readable/);
    await refused({ tokens, origins: ['*'] }, /must be an origin/);
    await refused({ tokens, tls: { certificate: '/none.pem', key: { env: 'TOKEN' } } }, /cannot be used \(ENOENT\)/);
  });
});
