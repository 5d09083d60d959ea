import { createRequire } from 'node:module';
import { Runtime } from '@temporalio/worker';
import { z } from 'zod';

/**
 * `node sdk-download.js <folder>`: has the SDK fetch Temporal's CLI into the folder. The SDK downloads only on the way
 * to starting a server, so that is what this does, and ends it again. See download-temporal-cli.ts.
 */
const downloadDir = z.string().parse(process.argv[2]);
const require = createRequire(import.meta.url);
const sdk = z.object({ version: z.string() }).parse(require('@temporalio/worker/package.json'));
try {
  const runtime = Runtime.install({ logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} } });
  const server = await runtime.createEphemeralServer({
    type: 'dev-server',
    exe: {
      type: 'cached-download',
      downloadDir,
      version: 'default',
      ttl: 86_400_000,
      sdkName: 'sdk-typescript',
      sdkVersion: sdk.version,
    },
    ip: '127.0.0.1',
    port: null,
    ui: false,
    uiPort: null,
    namespace: 'default',
    dbFilename: null,
    log: { format: 'pretty', level: 'error' },
    extraArgs: [],
  });
  await runtime.shutdownEphemeralServer(server);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
process.exit(0);
