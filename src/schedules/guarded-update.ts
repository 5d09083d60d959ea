import { type Client, ScheduleClient, type ScheduleDescription } from '@temporalio/client';
import { definition } from './compare.js';
import type { DesiredSchedule } from './desired.js';

/**
 * Asks for a schedule as it is wanted, unless somebody paused or resumed it since it was described: its state is written
 * with it, and the SDK's own update would undo that. The server passes over an update whose conflict token is old without
 * a word (1.29, service/worker/scheduler/workflow.go, `checkConflict`): look whether it stood.
 */
export async function guardedUpdate(
  client: Client,
  desired: DesiredSchedule,
  found: ScheduleDescription,
): Promise<void> {
  const { conflictToken = null } = found.raw;
  const workflowService = new Proxy(client.workflowService, {
    get: (service, name) =>
      name === 'updateSchedule'
        ? (request: Parameters<typeof service.updateSchedule>[0]) =>
            service.updateSchedule({ ...request, conflictToken })
        : Reflect.get(service, name, service),
  });
  const { namespace, identity, loadedDataConverter } = client.options;
  const connection: Client['connection'] = Object.create(client.connection, {
    workflowService: { value: workflowService },
  });
  const guarded = new ScheduleClient({ connection, namespace, identity, dataConverter: loadedDataConverter });
  await guarded.getHandle(desired.id).update(() => ({ ...definition(desired), state: found.state }));
}
