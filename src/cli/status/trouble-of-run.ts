import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { failureWords } from '../../temporal/failure-words.js';
import { isListening } from './is-listening.js';
import { isUsual, needsPerson } from './needs-person.js';
import { stuckTask } from './stuck-task.js';

export interface RunTrouble {
  readonly code: string | undefined;
  readonly message: string;
}

/** Of the batches under way, so many are looked at. */
const mostChildren = 4;

/** What keeps a run from going on: a step that is tried again, its workflow itself, or either of one of its batches. */
export async function troubleOfRun(
  client: Client,
  { workflowId, runId }: { readonly workflowId: string; readonly runId: string },
): Promise<RunTrouble | undefined> {
  const described = await client.workflow.getHandle(workflowId, runId).describe();
  const own = await troubleIn(client, described);
  if (own !== undefined) return own;
  const children = (described.raw.pendingChildren ?? []).slice(0, mostChildren);
  const troubles = await Promise.all(children.map((child) => troubleOfChild(client, child)));
  const told = troubles.filter((trouble) => trouble !== undefined);
  return told.find(({ code }) => needsPerson(code)) ?? told[0];
}

async function troubleOfChild(
  client: Client,
  { workflowId, runId }: { readonly workflowId?: string | null; readonly runId?: string | null },
): Promise<RunTrouble | undefined> {
  try {
    const described = await client.workflow.getHandle(workflowId ?? '', runId ?? undefined).describe();
    const trouble = await troubleIn(client, described);
    return isUsual(trouble?.code) ? undefined : trouble;
  } catch {
    // It ended meanwhile: then others tell.
    return undefined;
  }
}

async function troubleIn(client: Client, { raw }: WorkflowExecutionDescription): Promise<RunTrouble | undefined> {
  const { payloadCodecs } = client.options.loadedDataConverter;
  const tried = raw.pendingActivities?.find(({ lastFailure }) => lastFailure?.message);
  // Temporal shows the failure of the attempt before for as long as an attempt goes on: for hours, of one who listens.
  const failure = tried !== undefined && (await isListening(tried, payloadCodecs)) ? undefined : tried?.lastFailure;
  if (failure == null) return stuckTask(raw.pendingWorkflowTask, Date.now());
  return {
    code: failure.applicationFailureInfo?.type ?? undefined,
    message: await failureWords(client, failure),
  };
}
