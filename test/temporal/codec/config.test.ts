import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configMistakes } from '../../support/config-mistakes.js';

describe('the configuration of encryption', () => {
  it('tells of a current key that is not there, and of secrets that stand in it', async () => {
    const mistakes = await configMistakes(
      [
        'history:',
        '  encryption:',
        '    key: 2026-12',
        '    keys:',
        '      2026-11: { env: KEY }',
        '      2026-10: c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I=',
        'codecServer:',
        '  jwt: { jwks: "http://id.example.com/keys", issuer: me, audience: you }',
        '',
      ].join('\n'),
    );
    assert.deepEqual(mistakes, [
      '3:10 history.encryption.key: is none of the ids under `keys`; did you mean `2026-11`?',
      '6:16 history.encryption.keys.2026-10: must be { env: NAME } or { file: /path }: a secret never stands in the configuration itself',
      '8:16 codecServer.jwt.jwks: http:// is not encrypted: use https://, or set `insecure: true`',
    ]);
  });
});
