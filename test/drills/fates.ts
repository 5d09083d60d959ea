import type { Lab } from '../support/lab.js';
import type { WebhookServer } from '../support/webhook-server.js';

/** The SOAR takes this mail for none of its own until its faults are cleared. */
export function rejects(soar: WebhookServer, mail: string): void {
  const match = (body: string) => body.includes(`"Message ${mail}"`);
  soar.fault({ kind: 'status', status: 400, times: Number.POSITIVE_INFINITY, match });
}

/** Workflow ids of messages that are held. */
export async function held(lab: Lab): Promise<readonly string[]> {
  const { client } = lab.site.temporal;
  const query = `TaskQueue = '${lab.taskQueue}' AND ExecutionStatus = 'Running' AND LurewatchStatus = 'held'`;
  const found: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query })) found.push(workflowId);
  return found;
}

/** As `temporal workflow terminate --query …` does: polls take up anew what nobody carries any more. */
export async function terminateAll(lab: Lab): Promise<number> {
  const open = await lab.openWorkflows();
  for (const id of open) await lab.site.temporal.client.workflow.getHandle(id).terminate('drill');
  return open.length;
}
