import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { plainCsv, plainFeed } from '../support/feed-labs.js';
import { type ScriptedImap, startScriptedImap } from '../support/scripted-imap.js';
import { eventually } from '../support/temporal.js';
import { WebhookServer } from '../support/webhook-server.js';
import { Workplace } from '../support/workplace.js';

interface ShownRemark {
  readonly about?: string;
  readonly verdict: string;
  readonly kind: string;
  readonly code?: string;
  readonly message: string;
  readonly command?: string;
}

interface Shown {
  readonly name: string;
  readonly verdict: string;
  readonly schedule: string;
  readonly lastRun: { readonly state: string; readonly code?: string } | null;
  readonly nextRun: string | null;
  readonly backlog: number | null;
  readonly oldestUnread: string | null;
  readonly inDelivery: number | null;
  readonly held: number | null;
  readonly rejectedRows: number | null;
  readonly remarks: readonly ShownRemark[];
}

const esc = '\x1b';

let place: Workplace;
let cases: WebhookServer;
let desk: WebhookServer;
let strict: WebhookServer;
let imap: ScriptedImap;

before(async () => {
  place = await Workplace.open();
  [cases, desk, strict] = await Promise.all([WebhookServer.start(), WebhookServer.start(), WebhookServer.start()]);
  imap = await startScriptedImap({ LOGIN: () => ['NO [AUTHENTICATIONFAILED] wrong'] });
  for (const folder of ['rest', 'sealed', 'idle'])
    for (const name of ['new', 'cur', 'tmp']) await mkdir(join(place.folder, folder, name), { recursive: true });
  await configure('1h');
});
after(async () => {
  await place.close();
  await Promise.all([cases.close(), desk.close(), strict.close(), imap.stop()]);
});

/** @param every of the mailboxes: an hour is never while this runs */
async function configure(every: string): Promise<void> {
  const webhook = { kind: 'webhook', insecure: true, secret: { env: 'SOAR_SECRET' }, timeout: '2s' };
  const password = { env: 'IMAP_PASSWORD' };
  const directory = (path: string, targets: readonly string[]) => ({ kind: 'directory', path, targets, every });
  const locked = { host: '127.0.0.1', port: imap.port, tls: 'none', username: 'soc', password, targets: ['cases'] };
  await place.configure(
    {
      mailboxes: {
        soc: { ...directory('./mail', ['cases', 'desk']), every: every === '1h' ? every : '1s' },
        sealed: directory('./sealed', ['strict']),
        rest: directory('./rest', ['cases']),
        locked: { ...locked, every },
      },
      targets: {
        cases: { ...webhook, url: cases.url },
        desk: { ...webhook, url: desk.url },
        strict: { ...webhook, url: strict.url },
      },
      misp: { kind: 'feed', path: './misp-feed' },
      feeds: { plain: { ...plainFeed, every: '1h' } },
    },
    { SOAR_SECRET: cases.secret, IMAP_PASSWORD: 'tulip-window-secret' },
  );
}

async function read(...args: readonly string[]) {
  const { status, stdout } = await place.run('status', '--json', ...args);
  const parsed: {
    verdict: string;
    needs: readonly ShownRemark[];
    temporal: { reachable: boolean; workers: number | null };
    store: { state: string };
    mailboxes: readonly Shown[];
    feeds: readonly Shown[];
  } = JSON.parse(stdout);
  const subjects = new Map([...parsed.mailboxes, ...parsed.feeds].map((one) => [one.name, one]));
  return { ...parsed, status, stdout, of: (name: string) => subjects.get(name) as Shown };
}

const needs = ({ needs: all }: { needs: readonly ShownRemark[] }) =>
  all.map(({ about, kind, code = '' }) => `${about} ${kind} ${code}`.trim()).sort();

describe('lurewatch status', () => {
  it('before anything ran, tells what to start, and reads the mailboxes all the same', async () => {
    await place.deliver('waiting');
    const found = await read();
    assert.equal(found.status, 1);
    assert.deepEqual(needs(found), [
      'feed plain schedule',
      'mailbox locked mailbox LW_MAIL_AUTH',
      'mailbox locked schedule',
      'mailbox rest schedule',
      'mailbox sealed schedule',
      'mailbox soc schedule',
      'workers workers',
    ]);
    assert.equal(found.needs.find(({ kind }) => kind === 'schedule')?.command, 'lurewatch schedules apply');
    assert.equal(found.store.state, 'absent');
    const soc = found.of('soc');
    assert.deepEqual([soc.backlog, soc.lastRun, soc.schedule, soc.held], [1, null, 'missing', 0]);
    assert.ok(Date.parse(soc.oldestUnread ?? '') > Date.now() - 600_000);
    assert.ok(!(await readdir(place.folder)).includes('var'), 'a question makes no store');
  });

  it('tells what waits for a person from what goes on by itself', async () => {
    await configure('1d');
    assert.equal((await place.run('schedules', 'apply')).status, 0);
    assert.equal((await place.run('schedules', 'pause', 'rest', '--why', 'the archive \x1b[2J moves')).status, 0);
    const match = (body: string) => body.includes('poison');
    cases.fault({ kind: 'status', status: 422, body: 'not \x1b[31mallowed', times: Number.POSITIVE_INFINITY, match });
    strict.fault({ kind: 'status', status: 401, times: Number.POSITIVE_INFINITY });
    await desk.down();
    await place.deliver('poison');
    await writeFile(join(place.folder, 'sealed', 'new', '1.mail'), 'Subject: x\n\nhttps://x.example/\n');
    await writeFile(join(place.folder, 'feed.csv'), plainCsv([{ name: 'good' }, { name: 'bad', seen: 'never' }]));
    await place.worker();
    for (const name of ['sealed', 'locked', 'plain']) await place.run('schedules', 'trigger', name);

    const found = await eventually(async () => {
      const now = await read();
      const soc = now.of('soc');
      const trouble = soc.remarks.some(({ code }) => code === 'LW_TARGET_UNAVAILABLE');
      const ended = ['sealed', 'locked', 'plain'].every(
        (name) => !['running', undefined].includes(now.of(name).lastRun?.state),
      );
      return soc.held === 1 && trouble && ended ? now : undefined;
    }, 'one is held, one in delivery, two polls failed');

    assert.equal(found.status, 1);
    assert.deepEqual(needs(found), [
      'mailbox locked failed LW_MAIL_AUTH',
      'mailbox sealed failed LW_TARGET_AUTH',
      'mailbox soc held LW_TARGET_REJECTED',
    ]);
    const soc = found.of('soc');
    assert.deepEqual([soc.backlog, soc.inDelivery, soc.held], [2, 1, 1]);
    assert.ok(soc.nextRun !== null);
    const [held, delivery] = soc.remarks;
    assert.match(held?.message ?? '', /^1 held: .*cases: .*allowed/);
    assert.equal(held?.command, 'lurewatch held list --mailbox soc');
    assert.match(
      delivery?.message ?? '',
      /^1 in delivery: targets\.desk: .*\[LW_TARGET_UNAVAILABLE\] Next attempt \d{4}-/,
    );
    assert.equal(delivery?.command, undefined);
    const locked = found.of('locked');
    assert.equal(locked.lastRun?.code, 'LW_MAIL_AUTH');
    assert.equal(locked.remarks[0]?.command, 'lurewatch check && lurewatch schedules trigger lurewatch-mailbox-locked');
    const rest = found.of('rest');
    assert.deepEqual([rest.verdict, rest.schedule, rest.nextRun], ['waits', 'paused', null]);
    assert.equal(rest.remarks[0]?.command, 'lurewatch schedules resume rest');
    const plain = found.of('plain');
    assert.deepEqual([plain.verdict, plain.rejectedRows, plain.lastRun?.state], ['waits', 1, 'done']);
    assert.match(plain.remarks[0]?.message ?? '', /1 row was rejected, kept in .*feed/);
    assert.ok(!found.stdout.includes('tulip-window'), 'no secret');
  });

  it('says it on one screen, printable, without colours where there is no terminal', async () => {
    const { status, stdout } = await place.run('status');
    assert.equal(status, 1);
    const [head = ''] = stdout.split('\n');
    assert.match(head, /^Lurewatch, .* UTC: 3 things need a person$/);
    assert.match(stdout, /\n {2}mailbox soc: 1 held: .*\n(.*\n)* {4}→ lurewatch held list --mailbox soc\n/);
    assert.match(stdout, /\nmailbox locked +failed \d+s ago +in \S+ +\? +\? +0 +0\n/);
    assert.match(stdout, /\nmailbox rest +none yet +paused +0 +– +0 +0\n/);
    assert.ok(!stdout.includes('\x1b'), stdout);
  });

  it('leaves out mailboxes that this machine has no credentials for', async () => {
    const { status, of } = await read('--no-mailboxes');
    assert.equal(status, 1);
    assert.deepEqual([of('soc').backlog, of('soc').held], [null, 1]);
  });

  it('ends with 0 where nothing needs a person', async () => {
    const calmFile = join(place.folder, 'calm.yaml');
    await writeFile(calmFile, 'targets: { elsewhere: { kind: file, path: ./elsewhere } }\n');
    const { status, stdout } = await place.run('status', '--config', 'calm.yaml');
    // Held messages of mailboxes that this configuration does not know are somebody's work, too.
    assert.equal(status, 1);
    assert.match(stdout, /1 held of mailboxes that this configuration does not have/);
    assert.match(stdout, /workers: nobody works at elsewhere: /);
    await writeFile(calmFile, 'mailboxes: {}\n');
    await place.run('held', 'discard', '--all', '--why', 'seen');
    await eventually(async () => {
      const calm = await place.run('status', '--config', 'calm.yaml');
      return calm.status === 0 && /: (all is well|nothing needs a person)\n/.test(calm.stdout) ? true : undefined;
    }, 'all is well');
  });

  it('--watch draws in place, survives a server that goes away, and ends with Ctrl-C', async () => {
    const terminal = place.terminal('status', '--watch', '1');
    await terminal.shown(`${esc}[?1049h`);
    await terminal.shown(/NEEDS A PERSON/);
    const seen = terminal.screen.length;
    await place.temporal.server.kill();
    await terminal.shown(/Temporal: .*cannot be reached.*mailbox soc .* 2 /s, seen);
    assert.ok(terminal.screen.includes(`${esc}[HLurewatch, `), 'it is drawn where the last one stands');
    assert.ok(!terminal.screen.includes(`${esc}[2J`), 'it is never blanked');
    terminal.type('\x03');
    await terminal.shown(`${esc}[?1049l`, seen);
    await terminal.shown(/status: 1/, seen);
  });

  it('without Temporal still says what the mailboxes and the store say', async () => {
    const found = await read();
    assert.equal(found.status, 1);
    assert.equal(found.temporal.reachable, false);
    assert.equal(found.needs[0]?.code, 'LW_TEMPORAL_UNREACHABLE');
    const soc = found.of('soc');
    assert.deepEqual([soc.backlog, soc.schedule, soc.held, soc.inDelivery], [2, 'unknown', null, null]);
    assert.equal(found.store.state, 'there');
  });

  it('--watch without a terminal is a line each time', async () => {
    const lines = place.start('status', '--watch', '1', '--no-mailboxes');
    await lines.said('Temporal LW_TEMPORAL_UNREACHABLE\n');
    lines.signal('SIGINT');
    const { status, stdout } = await lines.ended;
    assert.equal(status, 1);
    assert.match(stdout, /^\d{4}-.* UTC {2}one thing needs a person: Temporal LW_TEMPORAL_UNREACHABLE\n/);
  });
});
