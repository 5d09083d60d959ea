import { loadConfig } from '../src/config/load-config.js';
import { createLog } from '../src/log/logger.js';
import { installRuntime, runWorker } from '../src/worker.js';
import { endWithParent } from './child.js';

/** The worker as `lurewatch worker` runs it; its argument is the address of the Temporal server. */
endWithParent();
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
installRuntime(createLog('warn'));
await runWorker({
  loaded: await loadConfig(),
  temporal: { address: process.argv[2], ignoreEnvironment: true },
  signal: stop.signal,
  onReady: () => console.log('ready'),
});
process.exit(0);
