import assert from 'node:assert/strict';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../support/temporal.js';
import { Workplace } from '../support/workplace.js';

let place: Workplace;
before(async () => {
  place = await Workplace.open();
  await place.configure({ targets: { cases: { kind: 'file', path: './cases' } } });
});
after(() => place.close());

describe('lurewatch ingest', () => {
  it('without a worker says so, waits, and gives the result once there is one', async () => {
    await place.deliver('a', 'b');
    const poll = place.start('ingest', 'soc', '--limit', '1', '--json');
    await poll.said('no worker polls the task queue lurewatch');
    const worker = await place.worker();
    const { status, stdout } = await poll.ended;
    assert.equal(status, 0);
    const counts = { duplicates: 0, inDelivery: 0, held: 0, vanished: 0 };
    assert.deepEqual(JSON.parse(stdout), { mailbox: 'soc', unread: 2, delivered: 1, ...counts, remaining: 1 });
    worker.signal('SIGTERM');
    assert.equal((await worker.ended).status, 0);
  });

  it('with --dry-run shows what would become of the mails, and changes nothing', async () => {
    const targets = { cases: { kind: 'file', path: './cases' } };
    const routes = [{ name: 'letters', when: { subject: 'B' } }];
    const soc = { kind: 'directory', path: './mail', targets: ['cases'], routes };
    await place.configure({ mailboxes: { soc }, targets });
    const worker = await place.worker();
    const before = await readdir(join(place.folder, 'var'), { recursive: true });
    const { status, stdout, stderr } = await place.run('ingest', 'soc', '--dry-run');
    assert.equal(status, 0);
    assert.match(stdout, /hxxps:\/\/b\[\.\]example\//);
    assert.match(stdout, /^ {2}route: letters, to cases$/m);
    assert.match(stdout, /│ soc +│ 1 +│ 0 +│/);
    assert.match(stderr, /nothing was sent, written or marked/);
    assert.equal(await place.unread(), 1);
    assert.deepEqual(await readdir(join(place.folder, 'var'), { recursive: true }), before);
    worker.signal('SIGTERM');
    await worker.ended;
    await place.configure({ targets });
  });

  it('let go with Ctrl-C says how to look on, and the poll goes on', async () => {
    const poll = place.start('ingest', 'soc', '--json');
    // Which warning it is depends on how long ago the last worker ended.
    await poll.said('task queue lurewatch');
    poll.signal('SIGINT');
    const { status, stdout, stderr } = await poll.ended;
    assert.equal(status, 1);
    const { detached, workflowId } = JSON.parse(stdout);
    assert.equal(detached, true);
    assert.ok(stderr.includes(`--workflow-id ${workflowId}`));
    const worker = await place.worker();
    const { delivered } = await place.temporal.client.workflow.getHandle(workflowId).result();
    assert.equal(delivered, 1);
    worker.signal('SIGTERM');
    await worker.ended;
  });

  it('prints what a poll failed with, in its own words, and nothing of how it was told', async () => {
    const worker = await place.worker();
    await place.configure({
      mailboxes: { other: { kind: 'directory', path: './mail', targets: ['cases'] } },
      targets: { cases: { kind: 'file', path: './cases' } },
    });
    // The worker has the configuration of before, which knows no mailbox `other`.
    const { status, stdout, stderr } = await place.run('ingest', 'other', '--json');
    assert.equal(status, 1);
    assert.match(stderr, /^error: there is no mailbox "other" \(there is: soc\).*LW_UNKNOWN_MAILBOX\]\n$/);
    assert.equal(JSON.parse(stdout).error.code, 'LW_UNKNOWN_MAILBOX');
    worker.signal('SIGTERM');
    await worker.ended;
  });
});

describe('lurewatch schedules', () => {
  it('applies, pauses, resumes, triggers and deletes', async () => {
    await place.configure({ targets: { cases: { kind: 'file', path: './cases' } } });
    const applied = async () => JSON.parse((await place.run('schedules', 'apply', '--json')).stdout).schedules;
    assert.deepEqual(
      (await applied()).map(({ id, change }: { id: string; change: string }) => [id, change]),
      [['lurewatch-mailbox-soc', 'created']],
    );
    assert.equal((await place.run('schedules', 'pause', 'soc', '--why', 'the server moves')).stdout, 'paused: soc\n');
    const [again] = await applied();
    assert.equal(again.change, 'unchanged');
    assert.equal(again.paused, true);
    const listed = await eventually(async () => {
      const { stdout } = await place.run('schedules', 'list');
      return stdout.includes('the server moves') ? stdout : undefined;
    }, 'the list shows the pause');
    assert.match(listed, /lurewatch-mailbox-soc.*mailbox soc.*10s.*paused/);
    assert.equal((await place.run('schedules', 'resume', 'soc')).status, 0);
    assert.equal((await place.run('schedules', 'trigger', 'soc', '--json')).stdout, '{"triggered":["soc"]}\n');
    assert.equal((await place.run('schedules', 'delete', 'soc')).status, 0);
    const gone = await place.run('schedules', 'pause', 'soc');
    assert.equal(gone.status, 1);
    assert.match(gone.stderr, /LW_SCHEDULE_UNKNOWN/);
    const backfill = await place.run('schedules', 'backfill', 'soc', '--from', 'yesterday', '--to', 'today');
    assert.equal(backfill.status, 2);
  });

  it('says which poll is left in the task queue of before, since nothing starts until a worker there ends it', async () => {
    const soc = { kind: 'directory', path: './mail', targets: ['cases'], every: '1d' };
    const targets = { cases: { kind: 'file', path: './cases' } };
    await place.configure({ mailboxes: { soc }, targets });
    await place.run('schedules', 'apply');
    await place.run('schedules', 'trigger', 'soc');
    const { client } = place.temporal;
    const poll = await eventually(async () => {
      const { info } = await client.schedule.getHandle('lurewatch-mailbox-soc').describe();
      return info.runningActions[0]?.workflow.workflowId;
    }, 'the poll is open');
    await place.configure({ taskQueue: 'other', mailboxes: { soc }, targets });
    const { stdout } = await place.run('schedules', 'apply');
    const [first = '', ...lines] = stdout.trimEnd().split('\n');
    assert.equal(first, 'updated     lurewatch-mailbox-soc');
    assert.equal(
      lines.at(-1),
      `            ${poll} is still open in the old task queue: nothing starts here until a worker there ends it`,
    );
    await client.workflow.getHandle(poll).terminate();
    await place.run('schedules', 'delete', 'soc');
    await place.configure({ targets });
  });
});

describe('a case', () => {
  it('of each mail stands in the folder of the target', async () => {
    assert.equal((await readdir(join(place.folder, 'cases'))).length, 2);
    await access(join(place.folder, 'var', 'ledger'));
  });
});
