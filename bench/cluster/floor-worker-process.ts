import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createLog } from '../../src/log/logger.js';
import { temporalLogger } from '../../src/log/temporal-logger.js';
import { endWithParent } from '../child.js';
import { floorActivities } from './floor-activities.js';

/** A worker with the settings of ours and nothing to do. Arguments: address, task queue, bundle. */
endWithParent();
const [address = '', taskQueue = '', codePath = ''] = process.argv.slice(2);
Runtime.install({ logger: temporalLogger(createLog('warn')), shutdownSignals: [] });
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection,
  namespace: 'default',
  taskQueue,
  workflowBundle: { codePath },
  activities: floorActivities,
  maxConcurrentActivityTaskExecutions: 200,
});
process.once('SIGTERM', () => worker.shutdown());
const running = worker.run();
console.log('ready');
await running;
process.exit(0);
