import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { freePort } from '../../src/dev/free-port.js';
import { isLurewatchError } from '../../src/errors/lurewatch-error.js';
import { connectTemporal, connectWorker } from '../../src/temporal/connect.js';
import { splitAddress } from '../../src/temporal/reach.js';
import { startTestServer, type TestServer } from '../support/temporal.js';

let test: TestServer;
let folder: string;
before(async () => {
  test = await startTestServer({ namespace: 'security' });
  folder = await mkdtemp(join(tmpdir(), 'lurewatch-connect-'));
});
after(async () => {
  await test.stop();
  await rm(folder, { recursive: true, force: true });
});

async function toml(text: string): Promise<Record<string, string>> {
  const file = join(folder, 'temporal.toml');
  await writeFile(file, text);
  return { TEMPORAL_CONFIG_FILE: file };
}

describe('connecting to Temporal', () => {
  it('goes by the same environment variables as Temporal’s CLI', async () => {
    const environment = { TEMPORAL_ADDRESS: test.address, TEMPORAL_NAMESPACE: 'security' };
    const client = await connectTemporal({ environment: { ...(await toml('')), ...environment } });
    assert.equal(client.namespace, 'security');
    assert.equal(client.address, test.address);
    await client.close();
  });

  it('goes by a profile of temporal.toml', async () => {
    const environment = await toml(`[profile.soc]\naddress = "${test.address}"\nnamespace = "security"\n`);
    const byVariable = await connectTemporal({ environment: { ...environment, TEMPORAL_PROFILE: 'soc' } });
    assert.equal(byVariable.namespace, 'security');
    await byVariable.close();
    const worker = await connectWorker({ environment, profile: 'soc' });
    assert.equal(worker.address, test.address);
    assert.equal(worker.namespace, 'security');
    await worker.connection.close();
  });

  it('uses nothing of the user’s profile for a server of our own', async () => {
    const environment = { TEMPORAL_API_KEY: 'for-another-server', TEMPORAL_NAMESPACE: 'other' };
    const client = await connectTemporal({ address: test.address, ignoreEnvironment: true, environment });
    assert.equal(client.namespace, 'default');
    await client.close();
  });

  for (const [who, connect] of [
    ['a command', connectTemporal],
    ['a worker', connectWorker],
  ] as const) {
    it(`tells ${who} at once that nothing listens, and where`, async () => {
      const address = `127.0.0.1:${await freePort()}`;
      const started = Date.now();
      await assert.rejects(connect({ address, ignoreEnvironment: true }), (error) => {
        assert.ok(isLurewatchError(error, 'LW_TEMPORAL_UNREACHABLE'));
        assert.ok(error.message.startsWith(`${address}: the Temporal server cannot be reached (ECONNREFUSED)`));
        return true;
      });
      assert.ok(Date.now() - started < 3000);
    });
  }

  it('names a namespace that does not exist', async () => {
    await assert.rejects(
      connectTemporal({ address: test.address, namespace: 'nowhere', ignoreEnvironment: true }),
      (error) => {
        assert.ok(isLurewatchError(error, 'LW_TEMPORAL_UNREACHABLE'));
        return /has no namespace nowhere.*temporal operator namespace create --namespace nowhere/.test(error.message);
      },
    );
  });

  it('reports a broken temporal.toml without repeating its keys', async () => {
    const environment = await toml('[profile.default]\napi_key = "s3cret-key\n');
    await assert.rejects(connectTemporal({ environment }), (error) => {
      assert.ok(isLurewatchError(error, 'LW_CONFIG_INVALID'));
      assert.ok(!error.message.includes('s3cret'), error.message);
      return true;
    });
  });

  it('reports a profile that does not exist', async () => {
    const environment = { ...(await toml('[profile.soc]\naddress = "127.0.0.1:1"\n')), TEMPORAL_PROFILE: 'sock' };
    await assert.rejects(connectTemporal({ environment }), /Profile 'sock' not found/);
  });
});

describe('an address', () => {
  it('is split into host and port, 7233 when it has none', () => {
    assert.deepEqual(splitAddress('temporal.test:7000'), { host: 'temporal.test', port: 7000 });
    assert.deepEqual(splitAddress('temporal.test'), { host: 'temporal.test', port: 7233 });
    assert.deepEqual(splitAddress('[::1]:7000'), { host: '::1', port: 7000 });
  });
});
