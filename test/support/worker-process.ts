import { loadConfig } from '../../src/config/load-config.js';
import { createLog } from '../../src/log/logger.js';
import { installRuntime, runWorker } from '../../src/worker.js';
import { dyingAt, type KillPoint } from './kill-points.js';

/** A worker in a process of its own, so that a test can end it as badly as it likes. */
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
// The other end is held by the test alone: this worker never outlives it.
process.stdin.on('end', () => process.exit(3)).resume();

const { LUREWATCH_TEST_ADDRESS: address, LUREWATCH_TEST_KILL: point, LUREWATCH_TEST_MARKER: marker } = process.env;
installRuntime(createLog('info'));
await runWorker({
  loaded: await loadConfig(),
  temporal: { address, ignoreEnvironment: true },
  signal: stop.signal,
  onReady: () => process.stdout.write('ready\n'),
  ...(point === undefined || marker === undefined ? {} : { decorate: dyingAt(point as KillPoint, marker) }),
});
process.exit(0);
