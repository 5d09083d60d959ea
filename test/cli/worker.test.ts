import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/temporal.js';
import { WebhookServer } from '../support/webhook-server.js';
import { Workplace } from '../support/workplace.js';

let place: Workplace;
let soar: WebhookServer;
before(async () => {
  place = await Workplace.open();
  soar = await WebhookServer.start();
  const cases = { kind: 'webhook', url: soar.url, insecure: true, secret: { env: 'SOAR_SECRET' } };
  await place.configure({ targets: { cases }, shutdownGraceTime: '20s' }, { SOAR_SECRET: soar.secret });
});
after(async () => {
  await place.close();
  await soar.close();
});

async function requestsFor(alerts: number): Promise<void> {
  await eventually(async () => (soar.arrivals.size >= alerts ? true : undefined), 'the alert is being sent');
}

describe('lurewatch worker', () => {
  it('told to stop, finishes what it is sending and ends with status 0', async () => {
    await place.deliver('drained');
    soar.fault({ kind: 'delay', delayMs: 2000 });
    const worker = await place.worker();
    const poll = place.start('ingest', 'soc');
    await requestsFor(1);
    worker.signal('SIGTERM');
    const { status, stdout, stderr } = await worker.ended;
    assert.equal(status, 0);
    assert.equal(stdout, '{"ready":true,"taskQueue":"lurewatch"}\n');
    assert.match(stderr, /stopping: no new work is taken/);
    for (const line of stderr.trimEnd().split('\n')) JSON.parse(line);
    assert.doesNotMatch(stderr, new RegExp(soar.secret));

    // What it had sent stands in the ledger: the next worker sends nothing again.
    const next = await place.worker();
    assert.equal((await poll.ended).status, 0);
    assert.deepEqual([...soar.arrivals.values()], [1]);
    assert.equal(await place.unread(), 0);
    next.signal('SIGTERM');
    await next.ended;
  });

  it('asked a second time ends at once with status 1', async () => {
    await place.deliver('interrupted');
    soar.fault({ kind: 'delay', delayMs: 15_000 });
    const worker = await place.worker();
    const poll = place.start('ingest', 'soc');
    await requestsFor(2);
    worker.signal('SIGINT');
    await worker.said('stopping');
    await sleep(600); // What comes sooner is npm passing on the same key press.
    worker.signal('SIGINT');
    const askedAt = Date.now();
    assert.equal((await worker.ended).status, 1);
    assert.ok(Date.now() - askedAt < 5000);
    poll.signal('SIGKILL');
  });

  it('writes what its log level asks for', async () => {
    const quiet = place.start('worker', '--json', '--log-level', 'error');
    await quiet.said('{"ready":true');
    quiet.signal('SIGTERM');
    assert.deepEqual((await quiet.ended).stderr, '');
  });
});
