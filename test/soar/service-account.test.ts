import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Secret } from '../../src/config/secret.js';
import { httpDefaults } from '../../src/http/client.js';
import { serviceAccountTokens } from '../../src/soar/secops/service-account.js';
import { whileListening } from '../support/listening.js';
import { fails } from './contract.js';

test('a token endpoint that repeats what it was sent brings it into no error', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const assertions: string[] = [];
  const endpoint = createServer((request, response) => {
    let form = '';
    request.on('data', (chunk: Buffer) => {
      form += chunk.toString();
    });
    request.on('end', () => {
      const assertion = new URLSearchParams(form).get('assertion') ?? '';
      assertions.push(assertion);
      const refusal = { error: 'invalid_grant', error_description: `I do not take ${assertion} from you` };
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(refusal));
    });
  });
  await whileListening(endpoint, async ({ port }) => {
    const key = {
      type: 'service_account',
      client_email: 'lurewatch@acme.example',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      token_uri: `http://127.0.0.1:${port}/token`,
    };
    const tokens = serviceAccountTokens(new Secret(JSON.stringify(key)), {
      place: 'targets.cases.credentials',
      where: 'targets.cases',
      insecure: true,
      http: (baseUrl) => ({ ...httpDefaults, baseUrl }),
    });
    try {
      const error = await fails(tokens.get(), 'LW_TARGET_AUTH');
      assert.match(error.message, /I do not take \[secret\] from you/);
      assert.ok(!inspect(error, { depth: 10 }).includes(assertions[0] ?? 'none'));
    } finally {
      await tokens.close();
    }
  });
});
