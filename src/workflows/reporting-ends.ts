import { ApplicationFailure, ContinueAsNew, isCancellation, proxySinks, workflowInfo } from '@temporalio/workflow';
import type { EndSinks, WorkflowEnd } from '../metrics/workflow-ends.js';
import type { ImportFeedInput, ImportFeedResult } from './feed-types.js';
import type {
  BatchResult,
  DeliverMessageInput,
  DeliverMessageResult,
  IngestBatchInput,
  IngestMailboxInput,
  IngestMailboxResult,
} from './types.js';

const { lurewatchEnds } = proxySinks<EndSinks>();

/** How a run ended: with its result, or by an error with its code. */
type Ended<Result> = { readonly result: Result } | { readonly code: string };

/**
 * The workflow as it is; the worker's metrics are told how it ended. Nothing waits for that and nothing is recorded, so
 * it changes no history; a run that continues as new has not ended.
 * @param told undefined: nothing to count
 */
export function reporting<Input, Result>(
  workflow: (input: Input) => Promise<Result>,
  told: (input: Input, ended: Ended<Result>) => WorkflowEnd | undefined,
): (input: Input) => Promise<Result> {
  return (input) => {
    const running = workflow(input);
    const report = (ended: Ended<Result>) => {
      // Nobody has looked yet at what was typed in a terminal.
      if (typeof input !== 'object' || input === null || workflowInfo().unsafe.isReplaying) return;
      const end = told(input, ended);
      if (end !== undefined) lurewatchEnds.ended(end);
    };
    running.then(
      (result) => report({ result }),
      (error: unknown) => {
        if (!(error instanceof ContinueAsNew)) report({ code: codeOf(error) });
      },
    );
    return running;
  };
}

export function pollEnd(
  { mailbox, dryRun }: IngestMailboxInput,
  ended: Ended<IngestMailboxResult>,
): WorkflowEnd | undefined {
  if (dryRun === true) return undefined;
  if ('code' in ended) return { kind: 'poll', mailbox, outcome: ended.code };
  const { inDelivery, remaining } = ended.result;
  return { kind: 'poll', mailbox, outcome: 'done', left: inDelivery + remaining };
}

export function batchEnd({ mailbox }: IngestBatchInput, ended: Ended<BatchResult>): WorkflowEnd | undefined {
  if ('code' in ended) return undefined;
  const { delivered, duplicates, vanished, started, held, skipped = 0 } = ended.result;
  return { kind: 'batch', mailbox, delivered, duplicates, vanished, started, held, skipped };
}

export function messageEnd(
  { mailbox }: DeliverMessageInput,
  ended: Ended<DeliverMessageResult>,
): WorkflowEnd | undefined {
  if ('code' in ended) return undefined;
  return { kind: 'message', mailbox, discarded: ended.result.sinks.filter(({ end }) => end === 'discarded').length };
}

export function importEnd({ feed, dryRun }: ImportFeedInput, ended: Ended<ImportFeedResult>): WorkflowEnd | undefined {
  if (dryRun === true) return undefined;
  const nothing = { rows: 0, rejected: 0, events: { created: 0, updated: 0, unchanged: 0, gone: 0 } };
  if ('code' in ended) return { kind: 'import', feed, outcome: ended.code, ...nothing };
  const { rows, rejected, created, updated, unchanged, gone, problems } = ended.result;
  const outcome = problems[0]?.code ?? 'done';
  return { kind: 'import', feed, outcome, rows, rejected, events: { created, updated, unchanged, gone } };
}

function codeOf(error: unknown): string {
  if (isCancellation(error)) return 'cancelled';
  return error instanceof ApplicationFailure ? (error.type ?? 'LW_INTERNAL') : 'LW_INTERNAL';
}
