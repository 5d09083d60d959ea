import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { coloursFor } from '../../../src/cli/colour.js';
import { ageText } from '../../../src/cli/status/status-rows.js';
import { statusText } from '../../../src/cli/status/status-text.js';
import { type MailboxStatus, type Remark, type Status, worst } from '../../../src/cli/status/types.js';

const at = new Date('2026-03-01T03:00:00Z');

function mailbox(name: string, remarks: readonly Remark[] = []): MailboxStatus {
  const run = { workflowId: 'w', runId: 'r', state: 'done', startedAt: at, endedAt: at } as const;
  return {
    name,
    verdict: worst(remarks),
    schedule: 'planned',
    lastRun: run,
    lastDoneAt: null,
    nextRun: new Date(at.getTime() + 60_000),
    backlog: 0,
    oldestUnread: null,
    inDelivery: 0,
    held: 0,
    remarks,
  };
}

function status(mailboxes: readonly MailboxStatus[]): Status {
  const all = mailboxes.flatMap(({ name, remarks }) => remarks.map((one) => ({ about: `mailbox ${name}`, ...one })));
  return {
    at,
    verdict: worst(all),
    needs: all.filter(({ verdict }) => verdict === 'person'),
    temporal: { reachable: true, address: '127.0.0.1:7233', namespace: 'default', workers: 1 },
    store: { state: 'there', place: '/var/lib/lurewatch' },
    mailboxes,
    feeds: [],
    remarks: [],
  };
}

const options = { colours: coloursFor({}), width: 100, all: false };
const away = (name: string): Remark => ({
  verdict: 'waits',
  kind: 'failed',
  code: 'LW_MAIL_UNREACHABLE',
  message: `mailbox ${name}: away. [LW_MAIL_UNREACHABLE]`,
});
const names = Array.from({ length: 200 }, (_, index) => `m-${index}`);

describe('the screen of lurewatch status', () => {
  it('tells beside the backlog what `daysBack` leaves out, and nothing where that is nothing', () => {
    const text = statusText(status([{ ...mailbox('soc'), backlog: 3, olderUnread: 2 }, mailbox('lab')]), options);
    assert.match(text, /mailbox soc .* 3 \(\+2 older\) /);
    assert.doesNotMatch(text, /mailbox lab .*older/);
  });

  it('has room for two hundred mailboxes that are well', () => {
    const lines = statusText(status(names.map((name) => mailbox(name))), options).split('\n');
    assert.equal(lines[0], 'Lurewatch, 2026-03-01 03:00:00 UTC: all is well');
    assert.ok(lines.length < 30, `${lines.length} lines`);
    assert.ok(lines.includes('… and 180 more, all well: --all shows them'));
  });

  it('cuts no count on 80 columns, whatever the names and the rejected rows of feeds', () => {
    const one = mailbox('the-security-operations-centre-of-europe');
    const run = { workflowId: 'w', runId: 'r', state: 'terminated', startedAt: at, endedAt: at } as const;
    const some = status([{ ...one, lastRun: run, backlog: 54321, inDelivery: 987, held: 1234, oldestUnread: at }]);
    const { lastDoneAt, schedule, nextRun, remarks } = one;
    const feed = {
      name: 'f',
      verdict: 'ok',
      schedule,
      lastRun: run,
      lastDoneAt,
      nextRun,
      rejectedRows: 54321,
      remarks,
    };
    const text = statusText({ ...some, feeds: [{ ...feed, verdict: 'ok' }] }, { ...options, width: 80 });
    const [head = '', row = '', feedLine = ''] = text.split('\n').slice(2);
    assert.match(head, /oldest {2}in delivery {2}held$/);
    assert.match(row, /^mailbox the-s\S*… +terminated 0s ago +in 60s +54321 +0s +987 +1234$/);
    assert.match(feedLine, /^feed f .*54321 rows rejected$/);
    for (const line of [head, row, feedLine]) assert.ok(line.length <= 80, line);
  });

  it('has them all where that is asked', () => {
    const lines = statusText(status(names.map((name) => mailbox(name))), { ...options, all: true }).split('\n');
    assert.equal(lines.filter((line) => line.startsWith('mailbox m-')).length, 200);
  });

  it('tells once what many have in common, and puts what needs a person first', () => {
    const held: Remark = {
      verdict: 'person',
      kind: 'held',
      message: '1 held',
      command: 'lurewatch held list --mailbox z',
    };
    const text = statusText(
      status([...names.map((name) => mailbox(name, [away(name)])), mailbox('z', [held])]),
      options,
    );
    const lines = text.split('\n');
    assert.ok(lines.length < 40, `${lines.length} lines`);
    assert.equal(lines[0], 'Lurewatch, 2026-03-01 03:00:00 UTC: one thing needs a person');
    assert.deepEqual(lines.slice(2, 5), [
      'NEEDS A PERSON',
      '  mailbox z: 1 held',
      '    → lurewatch held list --mailbox z',
    ]);
    assert.match(text, /200 mailboxes \(m-0, m-1, m-2, …\): The mail server cannot be reached/);
    assert.match(lines[lines.findIndex((line) => line.includes('last run')) + 1] ?? '', /^mailbox z /);
    assert.ok(lines.every((line) => line.length <= 100));
  });

  it('is red only on a terminal, and only for what needs a person', () => {
    const esc = '\x1b';
    const red = `${esc}[31m`;
    const painted = { ...options, colours: coloursFor({ isTTY: true }, {}) };
    assert.ok(!statusText(status([mailbox('a', [away('a')])]), painted).includes(red));
    const person: Remark = { verdict: 'person', kind: 'held', message: '1 held' };
    assert.ok(statusText(status([mailbox('a', [person])]), painted).includes(red));
    for (const plain of [coloursFor({}, {}), coloursFor({ isTTY: true }, { NO_COLOR: '1' })]) {
      assert.ok(!statusText(status([mailbox('a', [person])]), { ...options, colours: plain }).includes(esc));
    }
  });

  it('lets no text from outside move the cursor', () => {
    const person: Remark = { verdict: 'person', kind: 'held', message: 'cases: \x1b[2J\nboo' };
    assert.match(statusText(status([mailbox('a', [person])]), options), / {2}mailbox a: cases: \uFFFD\[2J boo\n/);
  });

  it('says how long in one unit', () => {
    const ages = [45, 119, 600, 7_200, 100_000, 400_000].map((seconds) =>
      ageText(new Date(seconds * 1000), new Date(0)),
    );
    assert.deepEqual(ages, ['45s', '119s', '10m', '2h', '28h', '5d']);
  });
});
