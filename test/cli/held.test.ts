import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import { after, before, describe, it } from 'node:test';
import type { HeldMessage } from '../../src/cli/held/held-message.js';
import { listHeld } from '../../src/cli/held/list-held.js';
import type { RunningCli } from '../support/cli.js';
import { eventually } from '../support/temporal.js';
import { WebhookServer } from '../support/webhook-server.js';
import { Workplace } from '../support/workplace.js';

let place: Workplace;
let soar: WebhookServer;
let desk: WebhookServer;
let worker: RunningCli;
before(async () => {
  place = await Workplace.open();
  [soar, desk] = await Promise.all([WebhookServer.start(), WebhookServer.start()]);
  const webhook = { kind: 'webhook', insecure: true, secret: { env: 'SOAR_SECRET' } };
  const targets = { cases: { ...webhook, url: soar.url }, desk: { ...webhook, url: desk.url } };
  await place.configure({ targets }, { SOAR_SECRET: soar.secret });
  worker = await place.worker();
});
after(async () => {
  await place.close();
  await Promise.all([soar.close(), desk.close()]);
});

function reject(server: WebhookServer, words: string, body: string): void {
  const match = (sent: string) => sent.includes(words);
  server.fault({ kind: 'status', status: 422, body, times: Number.POSITIVE_INFINITY, match });
}

/** As the command lists it, without waiting for one to start. */
async function heldNow(): Promise<readonly HeldMessage[]> {
  const { client } = place.temporal;
  return (await listHeld(client, { taskQueue: 'lurewatch', workersAnswer: true })).messages;
}

async function heldBecomes(count: number): Promise<readonly HeldMessage[]> {
  return eventually(async () => {
    const found = await heldNow();
    return found.length === count ? found : undefined;
  }, `${count} are held`);
}

async function found(alertId: string): Promise<string> {
  return (await place.run('find', alertId)).stdout;
}

describe('lurewatch held', () => {
  let ids: Readonly<Record<string, string>> = {};

  it('lists what the sinks rejected, the reasons, and a part of it', async () => {
    reject(soar, 'poison', 'subject is not allowed');
    reject(desk, 'poison-4', 'too large');
    await place.deliver('fine', 'poison-1', 'poison-2', 'poison-3', 'poison-4');
    const { status, stderr } = await place.run('ingest', 'soc');
    assert.equal(status, 0);
    assert.match(stderr, /lurewatch held list/);
    ids = Object.fromEntries((await heldBecomes(4)).map(({ alertId, subject }) => [subject, alertId]));
    const listed = await place.run('held', 'list', '--limit', '3', '--subject', 'POISON');
    assert.match(
      listed.stdout,
      /^[a-z2-7]{26} {2}soc {2}since .* UTC\n {2}poison-\d, from x@example\.net\n {2}cases: held: .*422.*subject is not allowed.*\[LW_TARGET_REJECTED\]\n/,
    );
    assert.equal(listed.stdout.match(/since/g)?.length, 3);
    assert.match(
      listed.stderr,
      /4 messages are held \(cases: 4 LW_TARGET_REJECTED(, desk: 1 LW_TARGET_REJECTED)?\); 1 more/,
    );
    const asked = ['--sink', 'desk', '--reason', 'TOO LARGE', '--code', 'LW_TARGET_REJECTED', '--json'];
    const { held, total, more } = JSON.parse((await place.run('held', 'list', ...asked)).stdout);
    assert.deepEqual([total, more, held[0].subject, held[0].from], [1, 0, 'poison-4', 'x@example.net']);
    assert.deepEqual(
      held[0].sinks.map(({ sink }: { sink: string }) => sink),
      ['desk'],
    );
  });

  it('discards for one sink, and the other goes on holding it', async () => {
    const { status, stdout } = await place.run('held', 'discard', '--sink', 'desk', '--why', 'spam', '--who', 'kim');
    assert.equal(status, 0);
    assert.equal(stdout, `${ids['poison-4']} (soc): discarded\n`);
    await eventually(async () => {
      const holding = (await heldNow()).flatMap(({ sinks = [] }) => sinks.map(({ sink }) => sink));
      return holding.includes('desk') ? undefined : true;
    }, 'desk holds none');
    assert.match(await found(ids['poison-4'] ?? ''), /→ desk: discarded .* by kim: spam\n?/);
    assert.equal((await heldNow()).length, 4);
  });

  it('says how many there are where a page has none of them', async () => {
    const { stderr } = await place.run('held', 'list', '--page', '9');
    assert.match(stderr, /4 messages are held \(.*\)\.\n/);
    assert.doesNotMatch(stderr, /more|--page/);
  });

  it('asks nobody about more than one, and decides nothing, where nobody is there', async () => {
    const { status, stderr } = await place.run('held', 'discard', '--all', '--why', 'spam');
    assert.equal(status, 2);
    assert.match(stderr, /this is about 4 messages.*say --yes/);
    assert.equal((await heldNow()).length, 4);
  });

  it('asks on a terminal what is meant, and takes anything but yes for no', async () => {
    const terminal = place.terminal('held', 'retry', '--all', '--why', 'mended');
    await terminal.shown(/Try again: 4 messages of soc \(cases: 4 LW_TARGET_REJECTED\)\? \[y\/N\]/);
    terminal.type('n\r');
    await terminal.shown(/Nothing was decided.\s+status: 1/);
    assert.equal((await heldNow()).length, 4);
  });

  it('names the user of this machine where nobody else is named', async () => {
    const id = ids['poison-1'] ?? '';
    await place.run('held', 'discard', id, '--why', 'spam');
    await heldBecomes(3);
    const text = await found(id);
    assert.ok(text.includes(`by ${userInfo().username}: spam`), text);
  });

  it('tries many again, and keeps who decided that and why', async () => {
    soar.clearFaults();
    const { status, stdout } = await place.run(
      'held',
      'retry',
      '--all',
      '--yes',
      '--why',
      'mended',
      '--who',
      'ada',
      '--json',
    );
    assert.equal(status, 0);
    const { results, decided, gone, failed, left } = JSON.parse(stdout);
    assert.deepEqual([results.length, decided, gone, failed, left], [3, 3, 0, 0, 0]);
    await heldBecomes(0);
    await eventually(async () => ((await place.unread()) === 0 ? true : undefined), 'all mails are marked as read');
    assert.match(await found(ids['poison-2'] ?? ''), /→ cases: delivered .*\n {6}retried .* UTC by ada: mended\n/);
    assert.equal(soar.cases.has(ids['poison-1'] ?? ''), false);
    assert.match((await place.run('held', 'list')).stderr, /Nothing is held/);
  });

  it('refuses an alert that nothing carries, with status 1 and before anything is decided', async () => {
    const { status, stderr } = await place.run('held', 'retry', 'no-such-alert', '--why', 'x');
    assert.equal(status, 1);
    assert.match(stderr, /no message with the alert id "no-such-alert".*LW_ALERT_UNKNOWN/);
    const [one] = await heldNow();
    const named = one === undefined ? [] : [one.alertId];
    const elsewhere = await place.run('held', 'retry', ...named, 'no-such-alert', '--mailbox', 'other', '--why', 'x');
    assert.equal(elsewhere.status, 1);
    assert.match(elsewhere.stderr, /is in delivery or held in mailbox other.*LW_ALERT_UNKNOWN/);
  });

  it('knows the reasons also while there is no worker, and lets go of a decision that waits for one', async () => {
    reject(soar, 'poison', 'not today');
    await place.deliver('good', 'poison-5', 'poison-6');
    await place.run('ingest', 'soc');
    await heldBecomes(2);
    worker.signal('SIGTERM');
    await worker.ended;
    assert.match((await place.run('held', 'list')).stdout, /\n {2}cases: held: .*not today/);
    const terminal = place.terminal('held', 'retry', '--all', '--yes', '--why', 'x');
    await terminal.shown('0 of 2');
    terminal.type('\x03');
    await terminal.shown(/tried again: 0; without an answer: 2\s+The same command goes on.+\s+status: 1/);
  });
});
