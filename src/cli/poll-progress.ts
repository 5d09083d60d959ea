import type { Client } from '@temporalio/client';
import { describeWorkflow, progressLine, stepsOf } from './progress-line.js';

/** Of the batches under way, so many are looked at. */
const lookedAt = 4;

/** How a poll is getting on: its batches, and what they are at. */
export function pollProgress(client: Client, workflowId: string): { stop(): void } {
  const startedAt = Date.now();
  return progressLine(client, 'poll', async () => {
    const poll = await describeWorkflow(client, workflowId);
    const batches = poll.raw.pendingChildren ?? [];
    const described = [poll];
    for (const { workflowId: id } of batches.slice(0, lookedAt)) {
      if (id) described.push(await describeWorkflow(client, id));
    }
    const steps = [...new Set(described.flatMap(stepsOf))].join(', ') || 'waiting';
    const parts = [
      `${Math.round((Date.now() - startedAt) / 1000)} s`,
      ...(batches.length === 0 ? [] : [`${batches.length} batches`]),
      steps,
    ];
    return { described, line: async () => parts.join(' · ') };
  });
}
