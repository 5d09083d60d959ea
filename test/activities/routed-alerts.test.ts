import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { createDeliverToSink } from '../../src/activities/deliver-to-sink.js';
import type { Dependencies } from '../../src/activities/dependencies.js';
import { routingMailbox } from '../../src/activities/dependencies.js';
import { createDiscardAlert } from '../../src/activities/discard-alert.js';
import { createListUnread } from '../../src/activities/list-unread.js';
import { createMarkSeen, type MarkSeenInput } from '../../src/activities/mark-seen.js';
import { createPrepareAlerts } from '../../src/activities/prepare-alerts.js';
import { createPreviewMessages } from '../../src/activities/preview-messages.js';
import { sinksReached } from '../../src/activities/sinks-reached.js';
import { configSchema } from '../../src/config/schema.js';
import { createExtractionPool } from '../../src/indicators/extraction-pool.js';
import { SinkUses } from '../../src/sinks/sink-use.js';
import { FileStore } from '../../src/store/file-store.js';
import type {
  DiscardReport,
  MessagePreviewLine,
  PreparedBatch,
  SinkReport,
  UnreadPage,
} from '../../src/workflows/types.js';
import { testDependencies } from '../support/dependencies.js';
import { inFolder } from '../support/folder.js';
import { simpleMail } from '../support/mails.js';
import { MemorySource } from '../support/memory-source.js';
import { quietActivity } from '../support/quiet-activity.js';
import { ScriptedSink } from '../support/scripted-sink.js';

const extraction = createExtractionPool({ threads: 1 });
after(() => extraction.close());

const brand = {
  ...{ name: 'brand', when: { subject: { matches: 'brand' }, header: { 'X-Source': 'gateway' } }, targets: ['hook'] },
  ...{ environment: 'Brand', priority: 80, tags: ['spoofed', 'own brand'] },
};
const fromGateway = simpleMail('brand').replace('MIME-Version', 'X-Source: Gateway\r\nMIME-Version');

class HookSink extends ScriptedSink {
  override readonly name = 'hook';
}

/** One worker with a mailbox `soc`, whose mails are `brand` (UID 1) and `other` (UID 2), and targets `cases` and `hook`. */
class Bench {
  readonly source = new MemorySource();
  readonly sinks = new Map<string, ScriptedSink>([
    ['cases', new ScriptedSink()],
    ['hook', new HookSink()],
  ]);
  readonly store: FileStore;
  dependencies: Dependencies;

  constructor(store: FileStore, routes: readonly unknown[]) {
    this.store = store;
    this.source.mails.set('1', fromGateway);
    this.source.mails.set('2', simpleMail('other'));
    this.dependencies = this.with({ targets: ['cases'], routes });
  }

  /** The same worker after its mailbox was configured otherwise. */
  with(different: Readonly<Record<string, unknown>>, names: readonly string[] = ['cases', 'hook']): Dependencies {
    const soc = { host: 'h', username: 'u', password: { env: 'P' }, ...different };
    const targets = Object.fromEntries(names.map((name) => [name, { kind: 'file', path: `./${name}` }]));
    const config = configSchema.parse({ mailboxes: { soc }, targets });
    const sources = new Map([['soc', this.source]]);
    return testDependencies(this.store, { config, sources, sinks: this.sinks, extraction });
  }

  static run(routes: readonly unknown[], work: (bench: Bench) => Promise<void>): Promise<void> {
    return inFolder(async (folder) => work(new Bench(await FileStore.open(folder), routes)));
  }

  prepare(): Promise<PreparedBatch> {
    const input = { mailbox: 'soc', ...this.source.place, uids: ['1', '2'] };
    return quietActivity().run(createPrepareAlerts(this.dependencies), input);
  }

  async deliver(sink: string, alertIds: readonly string[]): Promise<SinkReport> {
    const deliverToSink = createDeliverToSink(this.dependencies, new SinkUses());
    return quietActivity({ scheduledTimestampMs: Date.now() }).run(deliverToSink, {
      ...{ mailbox: 'soc', sink, alertIds, patienceMs: 0 },
    });
  }

  /** UIDs of the messages that are marked as read when a workflow asks for all of them. */
  async markSeen(more: Pick<MarkSeenInput, 'sinkGone'> = {}): Promise<readonly string[]> {
    const marked: string[] = [];
    const source = Object.assign(new MemorySource(), {
      markSeen: async (_: unknown, uids: readonly string[]) => {
        marked.push(...uids);
        return { marked: uids, vanished: [], refused: [] };
      },
    });
    const dependencies = { ...this.dependencies, sources: new Map([['soc', source]]) };
    const input = { mailbox: 'soc', ...source.place, uids: ['1', '2'], ...more };
    await quietActivity().run(createMarkSeen(dependencies), input);
    return marked;
  }

  discard(sink: string, alertId: string): Promise<DiscardReport> {
    const decision = { sink, alertId, who: 'ann', why: 'left' };
    return quietActivity().run(createDiscardAlert(this.dependencies), decision);
  }

  async reached(alertIds: readonly string[]): Promise<readonly boolean[]> {
    const mailbox = routingMailbox(this.dependencies, 'soc');
    assert.ok(mailbox !== undefined);
    const reached = await sinksReached(this.dependencies, mailbox, alertIds);
    return alertIds.map((alertId) => reached.has(alertId));
  }
}

describe('alerts of a mailbox with routes', () => {
  it('are built with where they go, and with what the route gives them', () =>
    Bench.run([brand], async (bench) => {
      const { rows } = await bench.prepare();
      assert.deepEqual(
        rows.map(({ sinks }) => sinks),
        [['hook'], ['cases']],
      );
      const [first, second] = await bench.dependencies.ledger.alerts.read(rows.map(({ alertId }) => alertId));
      assert.deepEqual(first?.route, { rule: 'brand', targets: ['hook'], passedOver: ['cases'] });
      assert.deepEqual(second?.route, { rule: null, targets: ['cases'], passedOver: ['hook'] });
      const { environment, priority, tags } = first?.alert ?? {};
      assert.deepEqual([environment, priority, tags], ['Brand', 80, ['spoofed', 'own brand']]);
      assert.equal(first?.alert.events[0]?.tags, 'spoofed,own brand');
      assert.deepEqual([second?.alert.environment, second?.alert.priority], ['Default Environment', 60]);
      assert.ok(second !== undefined && !('tags' in second.alert) && !('tags' in (second.alert.events[0] ?? {})));
    }));

  it('keep their route when the rules have changed', () =>
    Bench.run([brand], async (bench) => {
      await bench.prepare();
      bench.dependencies = bench.with({ targets: ['cases', 'hook'], routes: [{ ...brand, targets: ['cases'] }] });
      const { rows } = await bench.prepare();
      assert.deepEqual(
        rows.map(({ sinks }) => sinks),
        [['hook'], ['cases']],
      );
    }));

  it('have reached all their sinks when those of their routes have them', () =>
    Bench.run([brand], async (bench) => {
      const { rows } = await bench.prepare();
      const [one = '', two = ''] = rows.map(({ alertId }) => alertId);
      assert.deepEqual(await bench.reached([one, two]), [false, false]);
      await bench.deliver('hook', [one]);
      assert.deepEqual(await bench.reached([one, two]), [true, false]);
      await bench.deliver('cases', [two]);
      assert.deepEqual(await bench.reached([one, two]), [true, true]);
      assert.deepEqual([...(bench.sinks.get('hook')?.accepted ?? [])], [[one, 1]]);
      assert.deepEqual([...(bench.sinks.get('cases')?.accepted ?? [])], [[two, 1]]);
    }));

  it('go to the targets of the mailbox when the target of their route is removed before they are delivered', () =>
    Bench.run([brand], async (bench) => {
      const [one = ''] = (await bench.prepare()).rows.map(({ alertId }) => alertId);
      bench.dependencies = bench.with({ targets: ['cases'] });
      assert.deepEqual(await bench.reached([one]), [false]);
      assert.deepEqual((await bench.prepare()).rows[0]?.sinks, ['cases']);
      await bench.deliver('cases', [one]);
      assert.deepEqual([...(bench.sinks.get('cases')?.accepted ?? [])], [[one, 1]]);
      assert.deepEqual(await bench.reached([one]), [true]);
    }));

  it('stay unread while a target of their route has not got them, whatever a worker that did not know it has sent', () =>
    Bench.run([brand], async (bench) => {
      const [one = '', two = ''] = (await bench.prepare()).rows.map(({ alertId }) => alertId);
      // By a worker that was started before `hook` was there, or while it was gone.
      await bench.deliver('cases', [one, two]);
      assert.deepEqual(await bench.markSeen(), ['2']);
      await bench.deliver('hook', [one]);
      assert.deepEqual(await bench.markSeen(), ['1', '2']);
    }));

  it('are over when the target of their route had them before it was removed, or somebody gave them up there', () =>
    Bench.run([{ ...brand, targets: ['hook', 'north'] }], async (bench) => {
      bench.sinks.set('north', new ScriptedSink());
      const [one = ''] = (await bench.prepare()).rows.map(({ alertId }) => alertId);
      const routes = [{ ...brand, targets: ['hook', 'north'] }];
      bench.dependencies = bench.with({ targets: ['cases'], routes }, ['cases', 'hook', 'north']);
      assert.deepEqual(await bench.discard('north', one), { gone: false });
      bench.dependencies = bench.with({ targets: ['cases'] });
      assert.deepEqual(await bench.reached([one]), [false], 'nobody got it yet');
      await bench.deliver('hook', [one]);
      assert.deepEqual(await bench.reached([one]), [true]);
      bench.dependencies = bench.with({ targets: ['cases', 'hook'] });
      assert.deepEqual(await bench.reached([one]), [true]);
    }));

  it('go to the targets of the mailbox when somebody gives them up at a target that is gone', () =>
    Bench.run([brand], async (bench) => {
      const [one = '', two = ''] = (await bench.prepare()).rows.map(({ alertId }) => alertId);
      await bench.deliver('cases', [two]);
      bench.dependencies = bench.with({ targets: ['cases'] }, ['cases']);
      assert.deepEqual(await bench.discard('hook', one), { gone: true });
      assert.deepEqual(await bench.reached([one]), [false]);
      assert.deepEqual(await bench.markSeen({ sinkGone: true }), ['2']);
      assert.deepEqual((await bench.prepare()).rows[0]?.sinks, ['cases']);
      await bench.deliver('cases', [one]);
      assert.deepEqual(await bench.markSeen({ sinkGone: true }), ['1', '2']);
    }));

  it('are told with their route by a dry run, and all targets of the routes are in the plan of a poll', () =>
    Bench.run([brand], async (bench) => {
      const input = { mailbox: 'soc', ...bench.source.place, uids: ['1', '2'] };
      const preview = createPreviewMessages(bench.dependencies);
      const lines: readonly MessagePreviewLine[] = await quietActivity().run(preview, input);
      assert.deepEqual(
        lines.map((line) => ('route' in line ? line.route : undefined)),
        [
          { rule: 'brand', targets: ['hook'] },
          { rule: null, targets: ['cases'] },
        ],
      );
      const listUnread = createListUnread(bench.dependencies);
      const page: UnreadPage = await quietActivity().run(listUnread, { mailbox: 'soc', pageSize: 10 });
      assert.deepEqual(page.plan.targets, ['cases', 'hook']);
      assert.deepEqual(page.plan.unrouted, ['cases'], 'where what a worker without the routes prepares goes');
    }));
});

describe('alerts of a mailbox without routes', () => {
  it('are as they were before there were any', () =>
    Bench.run([], async (bench) => {
      const { rows } = await bench.prepare();
      for (const row of rows) assert.deepEqual(Object.keys(row), ['alertId', 'from', 'subject', 'urls']);
      for (const document of await bench.dependencies.ledger.alerts.read(rows.map(({ alertId }) => alertId))) {
        assert.ok(!('route' in document) && !('tags' in document.alert));
      }
    }));

  it('go to its targets of now when somebody gives them up at one that is gone', () =>
    Bench.run([], async (bench) => {
      bench.dependencies = bench.with({ targets: ['hook'] });
      const [one = '', two = ''] = (await bench.prepare()).rows.map(({ alertId }) => alertId);
      bench.dependencies = bench.with({ targets: ['cases'] }, ['cases']);
      await bench.deliver('cases', [two]);
      assert.deepEqual(await bench.discard('hook', one), { gone: true });
      assert.deepEqual(await bench.markSeen({ sinkGone: true }), ['2']);
    }));
});
