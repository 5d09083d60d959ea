import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LastRuns } from '../../../src/cli/status/last-runs.js';
import { type MailboxFacts, mailboxStatus } from '../../../src/cli/status/mailbox-status.js';
import type { Run } from '../../../src/cli/status/types.js';

const now = Date.parse('2026-03-01T03:00:00Z');
const minute = 60_000;
const day = 24 * 60 * minute;

const schedule = {
  id: 'lurewatch-mailbox-soc',
  subject: 'mailbox soc',
  times: '1m',
  paused: false,
  note: '',
  lastRun: undefined,
  nextRun: new Date(now + minute),
};

function run(state: Run['state'], over: Partial<Run> = {}): Run {
  const endedAt = state === 'running' ? undefined : new Date(now - minute);
  return { workflowId: 'w', runId: 'r', state, startedAt: new Date(now - 2 * minute), endedAt, ...over };
}

function runs(last: Run | undefined, failingSince?: Date, doneAt?: Date): LastRuns {
  const ended = last?.state === 'running' ? undefined : last;
  return { last, ended, doneAt, failingSince, rejectedRows: undefined, rejectedFiles: [] };
}

function verdictOf(over: Partial<MailboxFacts>): string {
  const facts: MailboxFacts = {
    about: 'mailbox',
    name: 'soc',
    planned: true,
    known: { schedule, runs: runs(run('done')) },
    maxInDelivery: 1000,
    push: undefined,
    deliveries: { inDelivery: 0, held: 0, heldExamples: [], troubles: [] },
    backlog: { messages: 0 },
    ...over,
  };
  const { verdict, remarks } = mailboxStatus(facts, now);
  return [verdict, ...remarks.map(({ kind, code = '' }) => `${kind} ${code}`.trim())].join(': ');
}

function failed(code: string, failingSince?: Date, doneAt?: Date): Partial<MailboxFacts> {
  return { known: { schedule, runs: runs(run('failed', { code, message: 'x' }), failingSince, doneAt) } };
}

function push(last: Run | undefined, paused = false): Partial<MailboxFacts> {
  const own = { ...schedule, id: 'lurewatch-push-soc', subject: 'push of mailbox soc', paused };
  return { push: { schedule: own, runs: runs(last) } };
}

function inDelivery(code: string | undefined, count = 3): Partial<MailboxFacts> {
  const troubles = code === undefined ? [] : [{ code, message: 'x', nextAttempt: undefined }];
  return { deliveries: { inDelivery: count, held: 0, heldExamples: [], troubles } };
}

describe('the verdict on a mailbox', () => {
  const cases: readonly (readonly [string, Partial<MailboxFacts>, string])[] = [
    ['that was polled well', {}, 'ok'],
    ['that has not run yet', { known: { schedule, runs: runs(undefined) } }, 'ok'],
    ['that somebody listens to', push(run('running')), 'ok'],
    [
      'that has push and nobody was asked to listen',
      { push: { schedule: undefined, runs: runs(undefined) } },
      'person: push',
    ],
    ['whose listening was paused', push(undefined, true), 'waits: paused'],
    [
      'that cannot be listened to for a while',
      push(run('running', { code: 'LW_MAIL_UNREACHABLE', message: 'x' })),
      'waits: push LW_MAIL_UNREACHABLE',
    ],
    [
      'that cannot be listened to for a day',
      push(run('running', { code: 'LW_MAIL_UNREACHABLE', message: 'x', startedAt: new Date(now - day) })),
      'person: push LW_MAIL_UNREACHABLE',
    ],
    [
      'whose server offers no IDLE',
      push(run('failed', { code: 'LW_MAIL_NO_IDLE', message: 'x' })),
      'person: push LW_MAIL_NO_IDLE',
    ],
    [
      'that neither polls nor listens, for one and the same reason',
      { ...failed('LW_MAIL_AUTH'), ...push(run('failed', { code: 'LW_MAIL_AUTH', message: 'x' })) },
      'person: failed LW_MAIL_AUTH',
    ],
    ['that nothing polls', { known: { schedule: undefined, runs: runs(undefined) } }, 'person: schedule'],
    [
      'that somebody paused',
      { known: { schedule: { ...schedule, paused: true }, runs: runs(undefined) } },
      'waits: paused',
    ],
    ['with a wrong password', failed('LW_MAIL_AUTH'), 'person: failed LW_MAIL_AUTH'],
    ['whose server is away', failed('LW_MAIL_UNREACHABLE'), 'waits: failed LW_MAIL_UNREACHABLE'],
    [
      'whose server is away for more than a day',
      failed('LW_MAIL_UNREACHABLE', new Date(now - day - minute)),
      'person: failed LW_MAIL_UNREACHABLE',
    ],
    [
      'that failed for the first time, a day after it went well',
      failed('LW_MAIL_UNREACHABLE', undefined, new Date(now - day - minute)),
      'waits: failed LW_MAIL_UNREACHABLE',
    ],
    [
      'whose poll tries for more than a day',
      {
        known: {
          schedule,
          runs: runs(run('running', { code: 'LW_MAIL_UNREACHABLE', message: 'x', startedAt: new Date(now - day) })),
        },
      },
      'person: failed LW_MAIL_UNREACHABLE',
    ],
    ['that was renumbered', failed('LW_MAIL_UIDVALIDITY_CHANGED'), 'waits: failed LW_MAIL_UIDVALIDITY_CHANGED'],
    ['whose server cannot give a message', failed('LW_MAIL_PROTOCOL'), 'person: failed LW_MAIL_PROTOCOL'],
    ['whose poll failed with a code of nobody', failed('SomeError'), 'person: failed SomeError'],
    [
      'whose poll is trying still',
      { known: { schedule, runs: runs(run('running', { code: 'LW_MAIL_UNREACHABLE', message: 'x' })) } },
      'waits: failed LW_MAIL_UNREACHABLE',
    ],
    ['whose poll goes on', { known: { schedule, runs: runs(run('running')) } }, 'ok'],
    [
      'that refuses this machine alone',
      { backlog: { error: { code: 'LW_MAIL_AUTH', message: 'x' } } },
      'waits: mailbox LW_MAIL_AUTH',
    ],
    [
      'that refuses this machine, and nobody else was there',
      { known: undefined, backlog: { error: { code: 'LW_MAIL_AUTH', message: 'x' } } },
      'person: mailbox LW_MAIL_AUTH',
    ],
    [
      'whose secret is not on this machine',
      { known: undefined, backlog: { error: { code: 'LW_SECRET_UNSET', message: 'x' } } },
      'waits: mailbox LW_SECRET_UNSET',
    ],
    ['with messages on their way', inDelivery(undefined), 'waits: delivery'],
    ['whose MISP is away', inDelivery('LW_MISP_UNAVAILABLE'), 'waits: delivery LW_MISP_UNAVAILABLE'],
    ['whose MISP refuses us', inDelivery('LW_MISP_AUTH'), 'person: delivery LW_MISP_AUTH'],
    ['with a message held', { deliveries: { inDelivery: 0, held: 1, heldExamples: [], troubles: [] } }, 'person: held'],
  ];
  for (const [what, facts, expected] of cases)
    it(`${what} is ${expected}`, () => assert.equal(verdictOf(facts), expected));

  it('says that polls take nothing new while too many are in delivery', () => {
    const facts = { ...inDelivery('LW_MISP_UNAVAILABLE', 1000) };
    const known = { schedule, runs: runs(run('done')) };
    const { remarks } = mailboxStatus(
      {
        about: 'mailbox',
        name: 'soc',
        planned: true,
        known,
        maxInDelivery: 1000,
        push: undefined,
        deliveries: undefined,
        backlog: undefined,
        ...facts,
      },
      now,
    );
    assert.match(remarks[0]?.message ?? '', /^1000 in delivery: .*Polls take no new mail/);
  });
});
