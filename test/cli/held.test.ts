import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import { after, before, describe, it } from 'node:test';
import type { RunningCli } from '../support/cli.js';
import { eventually } from '../support/temporal.js';
import { WebhookServer } from '../support/webhook-server.js';
import { Workplace } from '../support/workplace.js';

let place: Workplace;
let soar: WebhookServer;
let worker: RunningCli;
before(async () => {
  place = await Workplace.open();
  soar = await WebhookServer.start();
  const cases = { kind: 'webhook', url: soar.url, insecure: true, secret: { env: 'SOAR_SECRET' } };
  await place.configure({ targets: { cases } }, { SOAR_SECRET: soar.secret });
  worker = await place.worker();
});
after(async () => {
  await place.close();
  await soar.close();
});

/** Three mails, two of which the SOAR rejects; their alert ids by subject. */
async function holdTwo(): Promise<Readonly<Record<string, string>>> {
  const match = (body: string) => body.includes('poison');
  soar.fault({ kind: 'status', status: 422, body: 'subject is not allowed', times: Number.POSITIVE_INFINITY, match });
  await place.deliver('fine', 'poison-1', 'poison-2');
  const { status, stdout, stderr } = await place.run('ingest', 'soc');
  assert.equal(status, 0);
  assert.match(stdout, /│ soc +│ 3 +│ 1 +│ 0 +│/);
  assert.match(stderr, /lurewatch held list/);
  const held = await eventually(async () => {
    const found = await heldNow();
    return found.length === 2 ? found : undefined;
  }, 'two messages are held');
  return Object.fromEntries(held.map(({ alertId, state }) => [state.subject, alertId]));
}

async function heldNow(): Promise<{ alertId: string; state: { subject: string } }[]> {
  return JSON.parse((await place.run('held', 'list', '--json')).stdout).held;
}

async function heldBecomes(count: number): Promise<void> {
  await eventually(async () => ((await heldNow()).length === count ? true : undefined), `${count} are held`);
}

describe('lurewatch held', () => {
  it('lists with the reasons, tries again, and discards for good', async () => {
    const ids = await holdTwo();
    const first = ids['poison-1'] ?? '';
    const second = ids['poison-2'] ?? '';
    const listed = await place.run('held', 'list');
    assert.match(listed.stdout, new RegExp(`${first} +soc +since `));
    assert.match(listed.stdout, /poison-1, from x@example\.net/);
    assert.match(listed.stdout, /cases: held: .*422.*subject is not allowed/);

    const discarded = await place.run('held', 'discard', first, '--why', 'spam', '--who', 'kim');
    assert.equal(discarded.status, 0);
    assert.equal(discarded.stdout, `${first} (soc): discarded\n`);
    await heldBecomes(1);
    assert.match((await place.run('find', first)).stdout, /→ cases: discarded .* by kim: spam/);

    soar.clearFaults();
    const retried = await place.run('held', 'retry', '--all', '--why', 'the SOAR is mended', '--json');
    assert.equal(retried.status, 0);
    const [result] = JSON.parse(retried.stdout).results;
    assert.equal(result.alertId, second);
    await heldBecomes(0);
    await eventually(async () => ((await place.unread()) === 0 ? true : undefined), 'all mails are marked as read');
    assert.match((await place.run('find', second)).stdout, /→ cases: delivered/);
    assert.equal(soar.cases.has(first), false);
    assert.match((await place.run('held', 'list')).stderr, /Nothing is held/);
  });

  it('names the user of this machine where nobody else is named', async () => {
    const match = (body: string) => body.includes('poison');
    soar.fault({ kind: 'status', status: 422, times: Number.POSITIVE_INFINITY, match });
    await place.deliver('well', 'poison-3');
    assert.equal((await place.run('ingest', 'soc')).status, 0);
    await heldBecomes(1);
    const [held] = await heldNow();
    await place.run('held', 'discard', held?.alertId ?? '', '--why', 'spam');
    await heldBecomes(0);
    const { stdout } = await place.run('find', held?.alertId ?? '');
    assert.ok(stdout.includes(`by ${userInfo().username}: spam`), stdout);
  });

  it('refuses an alert that nothing carries, with status 1 and before anything is decided', async () => {
    const { status, stderr } = await place.run('held', 'retry', 'no-such-alert', '--why', 'x');
    assert.equal(status, 1);
    assert.match(stderr, /no message with the alert id "no-such-alert".*LW_ALERT_UNKNOWN/);
  });

  it('lists what is held also while no worker can say why', async () => {
    const match = (body: string) => body.includes('poison');
    soar.fault({ kind: 'status', status: 422, times: Number.POSITIVE_INFINITY, match });
    await place.deliver('good', 'poison-4');
    await place.run('ingest', 'soc');
    await heldBecomes(1);
    worker.signal('SIGTERM');
    await worker.ended;
    const { status, stdout } = await place.run('held', 'list');
    assert.equal(status, 0);
    assert.match(stdout, /^[a-z2-7]{26} +soc +since .*\n.*start `lurewatch worker`/);
  });
});
