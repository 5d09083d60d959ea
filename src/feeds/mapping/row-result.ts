import type { ErrorCode } from '../../errors/catalogue.js';
import type { RejectedRow, Row } from '../types.js';

/** An attribute that a rule made of a row, before it has its place in an event. */
export interface AttributeDraft {
  readonly type: string;
  readonly category: string;
  /** As MISP stores it. */
  readonly value: string;
  readonly comment: string;
  readonly toIds: boolean;
  readonly correlate: boolean;
  readonly firstSeen?: string;
  readonly lastSeen?: string;
  /** What becomes of its comment where the event has the value already. */
  readonly joinComments: boolean;
  /** The rule it comes from, as messages name it. */
  readonly rule: string;
}

export interface ObjectAttributeDraft extends AttributeDraft {
  readonly relation: string;
}

/** A row that a rule of the mapping rejects. */
export interface RejectedByRule extends RejectedRow {
  /** As the reason names it, `event.date` say: where all rows fail by the same rule, the rule is wrong. */
  readonly rule: string;
}

export function reject(row: Row, code: ErrorCode, rule: string, reason: string): RejectedByRule {
  return { file: row.file, row: row.row, raw: row.raw, code, reason: `${rule}: ${reason}`, rule };
}

/** What a rule answers where it rejects its row. */
export interface Rejection {
  readonly code: ErrorCode;
  readonly rule: string;
  readonly reason: string;
}

export function isRejection(answer: object | string | undefined): answer is Rejection {
  return typeof answer === 'object' && 'code' in answer;
}
