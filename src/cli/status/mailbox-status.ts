import { timeText } from '../printable.js';
import type { Backlog } from './backlogs.js';
import type { Deliveries } from './deliveries.js';
import { needsPerson } from './needs-person.js';
import { type PushFacts, pushRemarks } from './push-remarks.js';
import { commonStatus, runRemarks, type SubjectFacts, scheduleRemarks } from './subject-remarks.js';
import { type MailboxStatus, type Remark, worst } from './types.js';

export interface MailboxFacts extends SubjectFacts {
  readonly maxInDelivery: number;
  /** Undefined: it has no `push`, or Temporal could not be asked. */
  readonly push: PushFacts | undefined;
  /** Undefined: Temporal could not be asked. */
  readonly deliveries: Deliveries | undefined;
  /** Undefined: it was not asked. */
  readonly backlog: Backlog | undefined;
}

/** What workers found so recently counts more than what this machine finds: it may lack network or credentials. */
const freshMs = 15 * 60_000;

export function mailboxStatus(facts: MailboxFacts, now = Date.now()): MailboxStatus {
  const { deliveries, backlog } = facts;
  const runs = runRemarks(facts, now);
  const remarks = [
    ...scheduleRemarks(facts),
    ...runs,
    ...(runs.length === 0 ? mailboxRemarks(facts, now) : []),
    // What keeps the polls from their work is told once.
    ...pushRemarks(facts.push, facts.known?.schedule?.paused === true, now).filter(
      ({ code }) => code === undefined || !runs.some((run) => run.code === code),
    ),
    ...(deliveries === undefined
      ? []
      : [...heldRemarks(facts.name, deliveries), ...deliveryRemarks(facts, deliveries)]),
  ];
  return {
    ...commonStatus(facts),
    verdict: worst(remarks),
    backlog: backlog?.messages ?? null,
    ...(backlog?.older === undefined ? {} : { olderUnread: backlog.older }),
    oldestUnread: backlog?.oldest ?? null,
    inDelivery: deliveries?.inDelivery ?? null,
    held: deliveries?.held ?? null,
    remarks,
  };
}

function mailboxRemarks({ backlog, known }: MailboxFacts, now: number): readonly Remark[] {
  if (backlog?.error === undefined) return [];
  const { code, message } = backlog.error;
  const ended = known?.runs.ended;
  const worksThere = ended?.state === 'done' && now - (ended.endedAt?.getTime() ?? 0) < freshMs;
  // A secret that is not set here says nothing of the workers'.
  const onlyHere = worksThere || code === 'LW_SECRET_UNSET';
  const verdict = onlyHere || !needsPerson(code) ? 'waits' : 'person';
  const words = onlyHere ? `${message} That is so on this machine; --no-mailboxes leaves them out.` : message;
  return [
    { verdict, kind: 'mailbox', code, message: words, command: verdict === 'person' ? 'lurewatch check' : undefined },
  ];
}

function heldRemarks(name: string, { held, heldExamples }: Deliveries): readonly Remark[] {
  if (held === 0) return [];
  const sinks = heldExamples.flatMap(({ sinks: some = [] }) => some);
  const told = [...new Map(sinks.map(({ sink, code, reason }) => [`${sink} ${code}`, `${sink}: ${reason}`])).values()];
  const why = told.length === 0 ? '' : ` (${told.join('; ')})`;
  const message = `${held} held: rejected by a sink, and no retry mends that${why}`;
  const command = `lurewatch held list --mailbox ${name}`;
  return [{ verdict: 'person', kind: 'held', code: sinks[0]?.code, message, command }];
}

function deliveryRemarks({ maxInDelivery }: MailboxFacts, { inDelivery, troubles }: Deliveries): readonly Remark[] {
  if (inDelivery === 0) return [];
  const full = inDelivery >= maxInDelivery ? ' Polls take no new mail until some of them are delivered.' : '';
  if (troubles.length === 0) {
    return [
      { verdict: 'waits', kind: 'delivery', message: `${inDelivery} in delivery, tried until they are there.${full}` },
    ];
  }
  return troubles.map(({ code, message, nextAttempt }) => {
    const person = needsPerson(code);
    const next = nextAttempt === undefined ? ' Tried again by itself.' : ` Next attempt ${timeText(nextAttempt)}.`;
    const again = person ? '' : next;
    const words = `${inDelivery} in delivery: ${message}${again}${full}`;
    return {
      verdict: person ? 'person' : 'waits',
      kind: 'delivery',
      code,
      message: words,
      command: person ? 'lurewatch check' : undefined,
    };
  });
}
