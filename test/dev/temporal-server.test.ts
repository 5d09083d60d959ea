import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { findTemporalCli } from '../../src/dev/temporal-cli.js';
import { startTemporalServer, type TemporalServer } from '../../src/dev/temporal-server.js';
import { isLurewatchError } from '../../src/errors/lurewatch-error.js';
import { connectTemporal } from '../../src/temporal/connect.js';
import { eventually } from '../support/temporal.js';

let cliPath: string;
let folder: string;
before(async () => {
  cliPath = await findTemporalCli({ install: false });
  folder = await mkdtemp(join(tmpdir(), 'lurewatch-server-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const quiet = () => ({ cliPath, logFile: join(folder, 'server.log'), port: 0, headless: true });

async function withClient<T>(
  server: TemporalServer,
  use: (client: Awaited<ReturnType<typeof connectTemporal>>) => Promise<T>,
) {
  const client = await connectTemporal({
    address: server.address,
    namespace: server.namespace,
    ignoreEnvironment: true,
  });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("Temporal's dev server", () => {
  it('serves its namespace, our search attributes and the Web UI on free ports', async () => {
    const server = await startTemporalServer({ ...quiet(), headless: false, uiPort: 0, namespace: 'security' });
    try {
      assert.match(server.address, /^127\.0\.0\.1:\d+$/);
      await withClient(server, async ({ connection, namespace }) => {
        assert.equal(namespace, 'security');
        const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
        assert.ok(customAttributes && 'LurewatchAlertIds' in customAttributes);
      });
      const page = await fetch(server.uiAddress ?? '');
      assert.equal(page.status, 200);
      await page.arrayBuffer();
    } finally {
      await server.stop();
    }
    assert.ok(!isAlive(server.pid));
  });

  it('comes back after a crash on the same port with what it knew, and without its database knows nothing', async () => {
    const databaseFile = join(folder, 'temporal.db');
    let server = await startTemporalServer({ ...quiet(), databaseFile });
    try {
      const workflowId = 'survivor';
      const start = () =>
        withClient(server, ({ client }) => client.workflow.start('none', { taskQueue: 'nobody', workflowId }));
      const isKnown = () =>
        withClient(server, ({ client }) =>
          client.workflow
            .getHandle(workflowId)
            .describe()
            .then(
              () => true,
              () => false,
            ),
        );
      await start();
      await server.kill();
      const again = await startTemporalServer(server.options);
      assert.equal(again.address, server.address);
      server = again;
      assert.equal(await isKnown(), true);

      await server.kill();
      for (const end of ['', '-wal', '-shm']) await rm(databaseFile + end, { force: true });
      server = await startTemporalServer(server.options);
      assert.equal(await isKnown(), false);
    } finally {
      await server.kill();
    }
  });

  it('says why it did not start, with its own words', async () => {
    const taken = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await new Promise((done) => taken.once('listening', done));
    const address = taken.address();
    assert.ok(typeof address === 'object' && address !== null);
    try {
      await assert.rejects(startTemporalServer({ ...quiet(), port: address.port }), (error) => {
        assert.ok(isLurewatchError(error, 'LW_TEMPORAL_UNREACHABLE'));
        assert.match(error.message, /did not start: it ended at once\n[\s\S]*address already in use/);
        return true;
      });
    } finally {
      taken.close();
    }
  });

  it('does not outlive a parent that is killed', async () => {
    const module = new URL('../../src/dev/temporal-server.js', import.meta.url).href;
    const code = `
      const { startTemporalServer } = await import(${JSON.stringify(module)});
      const server = await startTemporalServer(${JSON.stringify(quiet())});
      console.log(server.pid);
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const pid = await new Promise<number>((done) =>
        createInterface({ input: parent.stdout }).once('line', (line) => done(Number(line))),
      );
      assert.ok(isAlive(pid));
      parent.kill('SIGKILL');
      await eventually(async () => (isAlive(pid) ? undefined : true), 'the server ended');
    } finally {
      parent.kill('SIGKILL');
    }
  });
});
