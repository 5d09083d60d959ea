import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Command } from 'commander';
import { countsOf } from '../../../src/cli/held/decide.js';
import { filtered, type HeldFilter } from '../../../src/cli/held/held-filter.js';
import type { HeldMessage } from '../../../src/cli/held/held-message.js';
import { decidedText, heldSummary } from '../../../src/cli/held/held-text.js';
import { withFilters } from '../../../src/cli/held/options.js';

const now = Date.parse('2026-03-01T12:00:00Z');
const hour = 3_600_000;

function held(alertId: string, over: Partial<HeldMessage>): HeldMessage {
  const since = new Date(now - hour);
  const sinks = [{ sink: 'cases', code: 'LW_TARGET_REJECTED', reason: '422: Too Large', since }];
  return {
    alertId,
    mailbox: 'soc',
    workflowId: alertId,
    since,
    from: 'Eve <eve@a.example>',
    subject: 'Invoice',
    sinks,
    ...over,
  };
}

const misp = { sink: 'misp', code: 'LW_MISP_REJECTED', reason: 'no such tag', since: new Date(now - 5 * hour) };
const messages = [
  held('a', {}),
  held('b', { mailbox: 'reports', subject: 'Re: payment' }),
  held('c', { sinks: [...(held('c', {}).sinks ?? []), misp] }),
  held('d', { sinks: undefined }),
];

function ids(filter: HeldFilter): string {
  return filtered(messages, filter, now)
    .map(({ alertId, sinks = [] }) => `${alertId}(${sinks.map(({ sink }) => sink).join()})`)
    .join(' ');
}

function typed(...words: readonly string[]): HeldFilter {
  const command = withFilters(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  return command.parse(words, { from: 'user' }).opts();
}

describe('a filter of held messages', () => {
  it('is no filter where it says nothing, so that an unset variable of a shell does not mean all', () => {
    for (const option of ['--mailbox', '--sink', '--code', '--reason', '--from', '--subject'])
      assert.throws(() => typed(option, ' '), /It must say something/, option);
  });
  it('takes a code in any case', () => assert.equal(typed('--code', 'lw_misp_rejected').code, 'LW_MISP_REJECTED'));
  it('lets all through where nothing is asked', () => assert.equal(ids({}), 'a(cases) b(cases) c(cases,misp) d()'));
  it('takes only the sinks that it fits', () => assert.equal(ids({ sink: 'misp' }), 'c(misp)'));
  it('asks for all that it says', () => assert.equal(ids({ sink: 'misp', reason: 'large' }), ''));
  it('knows the mailbox of what tells no reason', () =>
    assert.equal(ids({ mailbox: 'soc' }), 'a(cases) c(cases,misp) d()'));
  it('looks for a code', () => assert.equal(ids({ code: 'LW_MISP_REJECTED' }), 'c(misp)'));
  it('looks for words whatever their case', () => {
    assert.equal(ids({ reason: 'too large' }), 'a(cases) b(cases) c(cases)');
    assert.equal(ids({ subject: 'PAYMENT' }), 'b(cases)');
    assert.equal(ids({ from: 'eve@' }), 'a(cases) b(cases) c(cases,misp)');
  });
  it('counts how long each sink holds it', () => assert.equal(ids({ olderThan: 2 * hour }), 'c(misp)'));
});

describe('what is said of many', () => {
  it('counts held messages by sink and code', () => {
    assert.equal(heldSummary(messages), '4 messages are held (cases: 3 LW_TARGET_REJECTED, misp: 1 LW_MISP_REJECTED)');
  });

  it('counts what was decided meanwhile as failed only where it was named', () => {
    const error = { code: 'LW_NOT_HELD', message: '' };
    const results = [
      { alertId: 'a', mailbox: 'soc' },
      { alertId: 'b', mailbox: 'soc', gone: true, error } as const,
      { alertId: 'c', mailbox: 'soc', error: { code: 'LW_INTERNAL', message: '' } },
    ];
    assert.deepEqual(countsOf(results, 5, false), { decided: 1, gone: 1, failed: 1, left: 2 });
    assert.deepEqual(countsOf(results, 3, true), { decided: 1, gone: 0, failed: 2, left: 0 });
  });
});

describe('what is told of a discard', () => {
  const of = { alertId: 'a'.repeat(26), mailbox: 'soc', from: 'a@example.net', subject: 'Hello' };
  const sinks = [
    { sink: 'north', state: 'discarding', detail: '' },
    { sink: 'desk', state: 'held', detail: '' },
  ] as const;
  const told = (configured: readonly string[]) =>
    decidedText('discard', { ...of, state: { ...of, sinks } }, (sink) => configured.includes(sink));

  it('says where the mail goes on to when the target is gone from the configuration', () => {
    assert.equal(told(['north']), `${of.alertId} (soc): discarded`);
    assert.match(told(['desk']), /discarded; north: not configured any more, so the next poll brings the mail to/);
  });
});
