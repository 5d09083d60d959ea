/** What travels through the histories of `expireEvidence`: counts and times only. */

export interface ExpireEvidenceInput {
  /** Look, remove nothing. */
  readonly dryRun?: boolean;
  /** Where an earlier run of the same workflow stopped. Set by the workflow itself when it continues as new. */
  readonly continued?: RemovedEvidence;
}

export interface RemovedEvidence {
  readonly removed: number;
  readonly removedBytes: number;
}

/** Old, and kept: the alert is not done with, or it is not known which alert it belongs to. */
export interface KeptEvidence {
  /** Its alert is in delivery, held, or of a message that is still unread. */
  readonly undelivered: number;
  /** No alert was built from it. */
  readonly withoutAlert: number;
  /** It is not what its name says, or the ledger's records of it are damaged. */
  readonly damaged: number;
}

export interface ExpiredPage extends RemovedEvidence {
  /** What was last stored before this is old, ISO 8601. */
  readonly before: string;
  readonly kept: KeptEvidence;
  /** Raw mails that are still in the store, as far as this page looked. */
  readonly remaining: number;
  /** True: the page is full, and there is more. */
  readonly more: boolean;
}

/** With `dryRun`, `removed` counts what would be removed. */
export interface ExpireEvidenceResult extends Omit<ExpiredPage, 'more'> {
  readonly dryRun: boolean;
}
