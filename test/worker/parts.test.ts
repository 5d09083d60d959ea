import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configSchema } from '../../src/config/schema.js';
import { activitiesPerSecond, carriedEach } from '../../src/queues/limits.js';
import { placesOf } from '../../src/worker/create-workers.js';
import { partsOf } from '../../src/worker/parts.js';

const mailbox = { kind: 'directory', path: './mail', targets: ['cases'] };
const config = configSchema.parse({
  mailboxes: { soc: mailbox, slow: { ...mailbox, messagesPerSecond: 25 } },
  targets: { cases: { kind: 'file', path: './cases' }, careful: { kind: 'file', path: './c', alertsPerSecond: 2 } },
  misp: { kind: 'feed', path: './feed' },
});

const queues = (only?: readonly string[]) => partsOf(config, only).map(({ taskQueue }) => taskQueue);

describe('the parts of a worker', () => {
  it('are all of them by default, each target and MISP with a queue of its own', () => {
    assert.deepEqual(queues(), [
      'lurewatch',
      'lurewatch/mailbox/slow',
      'lurewatch/feeds',
      'lurewatch/sink/cases',
      'lurewatch/sink/careful',
      'lurewatch/sink/misp',
    ]);
  });

  it('are those that are named, and workflows and mail share a name without needing each other', () => {
    assert.deepEqual(queues(['misp', 'cases']), ['lurewatch/sink/cases', 'lurewatch/sink/misp']);
    const [workflows] = partsOf(config, ['workflows']);
    assert.deepEqual(workflows, { name: 'workflows', taskQueue: 'lurewatch', workflows: true, activities: false });
    const [mail] = partsOf(config, ['mail']);
    assert.deepEqual(mail, { name: 'mail', taskQueue: 'lurewatch', workflows: false, activities: true });
  });

  it('are refused where there is none of that name', () => {
    assert.throws(() => partsOf(config, ['mails']), /there is no part "mails".*Did you mean mail\? .*LW_USAGE/);
  });

  it('leave mail its places, however many mailboxes are listened to', () => {
    const imap = { host: 'h', username: 'u', password: { env: 'P' } };
    const listened = Array.from({ length: 300 }, (_, index) => [`box${index}`, { ...imap, push: 'idle' }] as const);
    const pushed = configSchema.parse({ mailboxes: { ...Object.fromEntries(listened), polled: imap } });
    assert.equal(placesOf({ taskQueue: 'lurewatch' }, pushed), placesOf({ taskQueue: 'lurewatch' }, config) + 300);
    assert.equal(placesOf({ taskQueue: 'lurewatch/feeds' }, pushed), placesOf({ taskQueue: 'lurewatch' }, config));
  });

  it('of a limit give out as many activities as carry so many alerts', () => {
    const rates = partsOf(config).flatMap(({ name, activitiesPerSecond: rate }) =>
      rate === undefined ? [] : [[name, rate]],
    );
    assert.deepEqual(rates, [
      ['mail of slow', 2.5],
      ['careful', 1],
    ]);
    for (const perSecond of [0.2, 1, 2.5, 9, 100]) {
      assert.equal(carriedEach(perSecond) * activitiesPerSecond(perSecond), perSecond);
      assert.ok(carriedEach(perSecond) <= Math.max(1, perSecond));
    }
  });
});
