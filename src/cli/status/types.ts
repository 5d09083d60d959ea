/** What `lurewatch status --json` prints, and all that its text is made of. Documented in docs/operations.md. */

/** `waits`: something is not done, and goes on by itself. `person`: nothing mends it but a person. */
export type Verdict = 'ok' | 'waits' | 'person';

export interface Remark {
  readonly verdict: Exclude<Verdict, 'ok'>;
  readonly kind:
    | 'temporal'
    | 'workers'
    | 'store'
    | 'schedule'
    | 'paused'
    | 'failed'
    | 'mailbox'
    | 'push'
    | 'held'
    | 'delivery'
    | 'rejected';
  /** Of src/errors/catalogue.ts, where there is one. */
  readonly code?: string | undefined;
  readonly message: string;
  /** What to call, once what the message says is mended. */
  readonly command?: string | undefined;
}

/** A remark, and what it is about: `mailbox soc`, `feed urlhaus`, `Temporal`, `workers`, `store`. */
export interface Need extends Remark {
  readonly about: string;
}

export interface Run {
  readonly workflowId: string;
  readonly runId: string;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled' | 'terminated';
  readonly startedAt: Date;
  readonly endedAt?: Date | undefined;
  /** Of one that failed; of one that runs, what it met and tries again. */
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}

/** What mailboxes and feeds have in common. */
export interface SubjectStatus {
  readonly name: string;
  readonly verdict: Verdict;
  /** `byHand`: the configuration gives it no time. `unknown`: Temporal could not be asked. */
  readonly schedule: 'planned' | 'paused' | 'missing' | 'byHand' | 'unknown';
  /** The newest that is no dry run. Null: there is none, or Temporal has forgotten it, or could not be asked. */
  readonly lastRun: Run | null;
  /** When the last one ended well, where the newest did not. */
  readonly lastDoneAt: Date | null;
  readonly nextRun: Date | null;
  readonly remarks: readonly Remark[];
}

/** Null: not known. */
export interface MailboxStatus extends SubjectStatus {
  /** Messages that the next poll would find, those in delivery and held among them. */
  readonly backlog: number | null;
  /** Unread, and received before `daysBack` of the mailbox: no poll takes them. Absent: it has none. */
  readonly olderUnread?: number;
  /** When the server received the oldest of them. */
  readonly oldestUnread: Date | null;
  readonly inDelivery: number | null;
  readonly held: number | null;
}

export interface FeedStatus extends SubjectStatus {
  /** Of the last import that ended. */
  readonly rejectedRows: number | null;
}

export interface Status {
  readonly at: Date;
  readonly verdict: Verdict;
  /** All that a person has to do, nothing else. */
  readonly needs: readonly Need[];
  readonly temporal: {
    readonly reachable: boolean;
    readonly address: string | null;
    readonly namespace: string | null;
    readonly workers: number | null;
  };
  readonly store: { readonly state: 'there' | 'absent' | 'trouble'; readonly place: string };
  readonly mailboxes: readonly MailboxStatus[];
  readonly feeds: readonly FeedStatus[];
  /** What is about no single mailbox or feed. */
  readonly remarks: readonly Need[];
}

export function worst(remarks: readonly Pick<Remark, 'verdict'>[]): Verdict {
  if (remarks.some(({ verdict }) => verdict === 'person')) return 'person';
  return remarks.length > 0 ? 'waits' : 'ok';
}
