import type { OpenSink } from '../workflows/types.js';
import { activityOwner } from './context.js';
import { type Dependencies, mailboxNamed } from './dependencies.js';
import { afterOfMailbox } from './mailbox-options.js';
import { short } from './short.js';

export interface HandOverInput {
  readonly mailbox: string;
  readonly folder: string;
  readonly uidValidity: string;
  readonly messages: readonly {
    readonly uid: string;
    readonly alertId: string;
    /** Of a mail that a report carries: the alert id of the report. */
    readonly report?: string;
    /** Still to reach. */
    readonly sinks: readonly OpenSink[];
  }[];
}

export interface HandOverResult {
  /** Messages; one that carries others may be several workflows. */
  readonly started: number;
}

/**
 * Gives messages to workflows of their own. An activity and not child workflows: a child costs its batch a kilobyte of
 * history twice over, and a batch may have to let go of fifty. Tried again, it finds those of its first attempt open.
 */
export function createHandOver(dependencies: Dependencies) {
  return async function handOver(input: HandOverInput): Promise<HandOverResult> {
    const { mailbox, folder, uidValidity, messages } = input;
    const { kind } = afterOfMailbox(mailboxNamed(dependencies, mailbox));
    const marks = kind !== 'nothing';
    const documents = await dependencies.ledger.alerts.read(messages.map(({ alertId }) => alertId));
    const predecessors = [activityOwner()];
    await Promise.all(
      messages.map(({ uid, alertId, report, sinks }, index) => {
        const { from = '', subject = null } = documents[index] ?? {};
        const seen = { from: short(from), subject: short(subject ?? '') };
        const place = { mailbox, folder, uidValidity, uid, alertId, ...(report === undefined ? {} : { report }) };
        const together = messages.filter((other) => other.uid === uid).length;
        return dependencies.workflows.startDelivery({ ...place, marks, sinks, predecessors, ...seen }, together);
      }),
    );
    // All of them: what an attempt that died had started counts too.
    return { started: new Set(messages.map(({ uid }) => uid)).size };
  };
}
