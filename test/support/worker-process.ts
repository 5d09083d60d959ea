import type { Dependencies } from '../../src/activities/dependencies.js';
import { loadConfig } from '../../src/config/load-config.js';
import { createLog } from '../../src/log/logger.js';
import { sdkMetricsAddress } from '../../src/metrics/sdk-metrics.js';
import { installRuntime, runWorker } from '../../src/worker.js';
import { type HoldPoint, holdingAt } from './hold-points.js';
import { dyingAt, type KillPoint } from './kill-points.js';
import { runRelease } from './other-release.js';

/** A worker in a process of its own, so that a test can end it as badly as it likes. */
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
// The other end is held by the test alone: this worker never outlives it.
process.stdin.on('end', () => process.exit(3)).resume();

const {
  LUREWATCH_TEST_ADDRESS: address,
  LUREWATCH_TEST_KILL: point,
  LUREWATCH_TEST_MARKER: marker,
  LUREWATCH_TEST_IN_FLIGHT_MS: inFlightMs,
  LUREWATCH_TEST_RENEW_MS: renewMs,
  LUREWATCH_TEST_HOLD: holdPoint,
  LUREWATCH_TEST_BUNDLE: bundle,
  LUREWATCH_TEST_ONLY: only,
  LUREWATCH_TEST_FOLDER: folder,
} = process.env;

/** The stand-ins settle at once, so nobody has to wait as long as for the real ones. */
function decorate(dependencies: Dependencies): Dependencies {
  for (const sink of [...dependencies.sinks.values(), dependencies.revisions]) {
    if (sink !== undefined && inFlightMs !== undefined) Object.assign(sink, { inFlightMs: Number(inFlightMs) });
  }
  for (const source of renewMs === undefined ? [] : dependencies.sources.values()) {
    const watch = source.watch?.bind(source);
    const timings = { renewMs: Number(renewMs), answerMs: Number(renewMs) };
    if (watch !== undefined) source.watch = (listener, signal) => watch(listener, signal, timings);
  }
  if (holdPoint !== undefined && folder !== undefined) holdingAt(holdPoint as HoldPoint, folder)(dependencies);
  return point === undefined || marker === undefined ? dependencies : dyingAt(point as KillPoint, marker)(dependencies);
}

const loaded = await loadConfig();
const sdkMetrics = await sdkMetricsAddress(loaded.config);
if (bundle !== undefined) runRelease(bundle);
installRuntime(createLog('info'), sdkMetrics);
await runWorker({
  loaded,
  sdkMetrics,
  temporal: { address, ignoreEnvironment: true },
  signal: stop.signal,
  only: only?.split(','),
  onReady: ({ monitoring }) => process.stdout.write(`ready ${monitoring ?? ''}\n`),
  decorate,
});
process.exit(0);
