import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { defaultCredentialsTokens } from '../../src/soar/secops/default-credentials.js';
import type { TokenSource } from '../../src/soar/secops/token-source.js';
import { SecopsServer } from '../support/secops-server.js';
import { fails } from './contract.js';

/** Application default credentials as workload identity federation sets them up, exchanged at the stand-in. */
async function withCredentials(
  subjectToken: (server: SecopsServer) => string,
  body: (tokens: TokenSource, server: SecopsServer) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lurewatch-credentials-'));
  const before = process.env.GOOGLE_APPLICATION_CREDENTIALS;
  const server = await SecopsServer.start();
  try {
    const subject = join(folder, 'subject');
    await writeFile(subject, subjectToken(server));
    const credentials = join(folder, 'credentials.json');
    await writeFile(
      credentials,
      JSON.stringify({
        type: 'external_account',
        audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        token_url: `${server.url}/token`,
        credential_source: { file: subject },
      }),
    );
    process.env.GOOGLE_APPLICATION_CREDENTIALS = credentials;
    await body(defaultCredentialsTokens('acme-soc', 'targets.cases'), server);
  } finally {
    if (before === undefined) delete process.env.GOOGLE_APPLICATION_CREDENTIALS;
    else process.env.GOOGLE_APPLICATION_CREDENTIALS = before;
    await server.close();
    await rm(folder, { recursive: true });
  }
}

test('application default credentials give a token, fetched once until it is forgotten', async () => {
  await withCredentials(
    ({ subjectToken }) => subjectToken,
    async (tokens, server) => {
      assert.deepEqual(await tokens.get(), { value: 'ya29.token-1', fresh: true });
      assert.deepEqual(await tokens.get(), { value: 'ya29.token-1', fresh: false });
      tokens.forget();
      assert.deepEqual(await tokens.get(), { value: 'ya29.token-2', fresh: true });
      assert.equal(server.tokenCount, 2);
    },
  );
});

test('application default credentials that are refused are a matter of credentials', async () => {
  await withCredentials(
    () => 'another',
    async (tokens) => {
      const error = await fails(tokens.get(), 'LW_TARGET_AUTH');
      assert.match(error.message, /credentials/);
    },
  );
});
