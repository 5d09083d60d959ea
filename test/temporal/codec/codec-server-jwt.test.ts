import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import { whileServing } from '../../support/codec-server.js';
import { whileListening } from '../../support/listening.js';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });

const now = () => Math.floor(Date.now() / 1000);
const usual = () => ({
  iss: 'https://id.example.com',
  aud: 'temporal',
  sub: 'ada',
  groups: ['soc'],
  iat: now(),
  exp: now() + 600,
});

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function jwt(key: KeyObject, header: object, claims: object): string {
  const signed = `${part(header)}.${part(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

describe('an access token that the Web UI passes on', () => {
  it('counts where issuer, audience, claims, times and signature are right', async () => {
    let asked = 0;
    const keys = [
      { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'r', use: 'sig' },
      { ...ec.publicKey.export({ format: 'jwk' }), kid: 'e' },
      { ...stranger.publicKey.export({ format: 'jwk' }), kid: 's', use: 'enc' },
    ];
    const issuer = createServer((_, response) => {
      asked += 1;
      response.end(JSON.stringify({ keys }));
    });
    await whileListening(issuer, async ({ port }) => {
      const settings = {
        port: 0,
        jwt: {
          jwks: `http://127.0.0.1:${port}/keys`,
          insecure: true,
          issuer: 'https://id.example.com',
          audience: 'temporal',
          claims: { groups: 'soc' },
        },
      };
      await whileServing(async ({ url, log }) => {
        const statusOf = async (token: string) => {
          const headers = { authorization: `Bearer ${token}` };
          return (await fetch(`${url}/decode`, { method: 'POST', body: '{}', headers })).status;
        };
        const rs256 = { alg: 'RS256', kid: 'r' };
        const signed = (claims: object) => jwt(rsa.privateKey, rs256, claims);
        assert.equal(await statusOf(signed(usual())), 200);
        assert.match(log.at(-1) ?? '', /"who":"ada"/);
        assert.equal(await statusOf(signed({ ...usual(), aud: ['other', 'temporal'] })), 200);
        assert.equal(await statusOf(jwt(ec.privateKey, { alg: 'ES256', kid: 'e' }, usual())), 200);

        const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' });
        const hmac = `${part({ alg: 'HS256', kid: 'r' })}.${part(usual())}`;
        const { exp: _, ...endless } = usual();
        const refused: Readonly<Record<string, string>> = {
          'another issuer': signed({ ...usual(), iss: 'https://other.example' }),
          'another audience': signed({ ...usual(), aud: 'another' }),
          'no audience': signed({ ...usual(), aud: undefined }),
          'not of the group': signed({ ...usual(), groups: ['sales'] }),
          'not yet': signed({ ...usual(), nbf: now() + 1000 }),
          over: signed({ ...usual(), iat: now() - 4000, exp: now() - 1000 }),
          'for ever': signed(endless),
          'another key': jwt(stranger.privateKey, rs256, usual()),
          'a key for encryption': jwt(stranger.privateKey, { alg: 'RS256', kid: 's' }, usual()),
          'an unknown key': jwt(rsa.privateKey, { alg: 'RS256', kid: 'x' }, usual()),
          'the public key as a shared secret': `${hmac}.${createHmac('sha256', publicPem).update(hmac).digest('base64url')}`,
          unsigned: `${part({ alg: 'none', kid: 'r' })}.${part(usual())}.`,
          changed: signed(usual()).replace(/\.[^.]+\./, `.${part({ ...usual(), sub: 'eve' })}.`),
        };
        for (const [what, token] of Object.entries(refused)) {
          assert.equal(await statusOf(token), 401, what);
          assert.match(log.at(-1) ?? '', /"reason":"(its|it is no)/, what);
        }
        assert.equal(asked, 1);
        assert.doesNotMatch(log.join('\n'), /eyJ/);
      }, settings);
    });
  });
});
