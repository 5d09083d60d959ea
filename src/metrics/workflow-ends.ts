import type { Sinks } from '@temporalio/workflow';

/** How a workflow ended, as the metrics count it: types alone, for the workflow's side and the worker's. */
export type WorkflowEnd =
  | {
      readonly kind: 'poll';
      readonly mailbox: string;
      readonly outcome: string;
      /** What is still unread, held mails aside; undefined: not known. */
      readonly left?: number;
    }
  | {
      readonly kind: 'batch';
      readonly mailbox: string;
      readonly delivered: number;
      readonly duplicates: number;
      readonly vanished: number;
      /** Absent from workflows of earlier releases. */
      readonly skipped?: number;
      /** Handed over to workflows of their own. */
      readonly started: number;
      readonly held: number;
    }
  | { readonly kind: 'message'; readonly mailbox: string; readonly discarded: number }
  | {
      readonly kind: 'import';
      readonly feed: string;
      readonly outcome: string;
      readonly rows: number;
      readonly rejected: number;
      readonly events: Readonly<Record<'created' | 'updated' | 'unchanged' | 'gone', number>>;
    };

/** How the end comes from the workflow's sandbox to the worker: Temporal calls it a sink. */
export interface EndSinks extends Sinks {
  lurewatchEnds: { ended(end: WorkflowEnd): void };
}
