import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configMistakes } from '../../support/config-mistakes.js';

/** What is wrong with a mailbox that logs in like this, without the places in the text. */
async function mistakes(login: string): Promise<readonly string[]> {
  const mailbox = `{ host: x, username: u, ${login}${login === '' ? '' : ','} targets: [cases] }`;
  const text = `mailboxes:\n  soc: ${mailbox}\ntargets: { cases: { kind: file, path: ./cases } }\n`;
  return (await configMistakes(text)).map((line) => line.replace(/^\d+:\d+ mailboxes\.soc\.?/, ''));
}

const secret = 'clientSecret: { env: S }';
const microsoft = 'provider: microsoft, tenant: example.com, clientId: x';
const other = 'provider: other, clientId: x';
const at = 'tokenEndpoint: "https://id.example.com/token"';

describe('the configuration of OAuth', () => {
  for (const right of [
    'password: { env: P }',
    `oauth: { ${microsoft}, ${secret} }`,
    `oauth: { ${microsoft}, certificate: { file: c.pem }, key: { file: k.pem } }`,
    `oauth: { ${microsoft}, tokenFile: soc.token }`,
    `oauth: { ${microsoft}, refreshToken: { env: R }, mechanism: xoauth2 }`,
    'oauth: { provider: google, serviceAccount: { file: key.json } }',
    `oauth: { provider: google, clientId: x, ${secret}, refreshToken: { env: R } }`,
    `oauth: { ${other}, ${at}, ${secret}, scope: imap }`,
    `oauth: { ${other}, issuer: "https://id.example.com", grant: refresh-token, tokenFile: soc.token }`,
  ]) {
    it(`takes ${right}`, async () => {
      assert.deepEqual(await mistakes(right), []);
    });
  }

  for (const [wrong, ...reasons] of [
    ['', 'password: is missing: must be { env: NAME } or { file: /path }, or give `oauth` instead (docs/oauth.md)'],
    [
      `password: { env: P }, oauth: { ${microsoft}, ${secret} }`,
      'oauth: only one of `password` and `oauth` may be given',
    ],
    [
      `oauth: { provider: mircosoft, tenant: example.com, clientId: x, ${secret} }`,
      'oauth.provider: `mircosoft` is unknown: must be one of microsoft, google, other; did you mean `microsoft`?',
    ],
    [`oauth: { ${microsoft}, ${secret}, tenent: y }`, 'oauth.tenent: unknown key'],
    [`oauth: { ${microsoft}, ${secret}, clientsecret: { env: T } }`, 'oauth.clientsecret: unknown key'],
    [
      `oauth: { ${microsoft} }`,
      'oauth.clientSecret: is missing: give it, or `certificate` and `key`, or for a user `tokenFile` or `refreshToken`',
    ],
    [
      `oauth: { ${microsoft}, certificate: { env: C } }`,
      'oauth.key: is missing: `certificate` and `key` belong together',
    ],
    [
      `oauth: { ${microsoft}, ${secret}, certificate: { env: C }, key: { env: K } }`,
      'oauth.certificate: only one of `clientSecret` and `certificate` may be given',
    ],
    [`oauth: { ${microsoft}, clientSecret: abc }`, 'oauth.clientSecret: must be { env: NAME } or { file: /path }'],
    ['oauth: { provider: google }', 'oauth.serviceAccount: is missing'],
    [
      `oauth: { provider: google, clientId: x }`,
      'oauth.clientSecret: is missing: Google asks for it',
      'oauth.refreshToken: is missing',
    ],
    [
      'oauth: { provider: google, serviceAccount: { env: K }, tokenFile: x }',
      'oauth.tokenFile: has no meaning beside `serviceAccount`',
    ],
    [`oauth: { ${other}, ${secret} }`, 'oauth.tokenEndpoint: give one of `issuer` and `tokenEndpoint`'],
    [`oauth: { ${other}, ${at} }`, 'oauth.clientSecret: is missing: client credentials need it'],
    [`oauth: { ${other}, ${at}, grant: refresh-token }`, 'oauth.refreshToken: is missing'],
    [
      `oauth: { ${other}, ${at}, ${secret}, tokenFile: x }`,
      'oauth.tokenFile: has no meaning without `grant: refresh-token`',
    ],
    [
      `oauth: { ${other}, tokenEndpoint: "http://id.example.com/token", ${secret} }`,
      'oauth.tokenEndpoint: http:// is not encrypted: use https://, or set `insecure: true`',
    ],
  ] as const) {
    it(`refuses ${wrong || 'neither'}`, async () => {
      const told = await mistakes(wrong);
      assert.equal(told.length, reasons.length, told.join('\n'));
      for (const [index, reason] of reasons.entries()) {
        assert.ok(told[index]?.startsWith(reason), told.join('\n'));
      }
    });
  }
});
