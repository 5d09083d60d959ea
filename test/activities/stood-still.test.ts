import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import type { Dependencies } from '../../src/activities/dependencies.js';
import { reviseEvents, type WantedEvent } from '../../src/activities/revise-events.js';
import { writeRevisions } from '../../src/activities/write-revisions.js';
import { isLurewatchError } from '../../src/errors/lurewatch-error.js';
import { contentHash } from '../../src/feeds/changed-events.js';
import type { MispEvent } from '../../src/misp/types.js';
import type { DeliveryReport } from '../../src/sinks/deliver.js';
import { SinkUse } from '../../src/sinks/sink-use.js';
import { FileStore } from '../../src/store/file-store.js';
import { testDependencies } from '../support/dependencies.js';
import { inFolder } from '../support/folder.js';
import { feedEvent, held, startFeedMisp, values } from '../support/misp-revisions.js';
import type { MispServer } from '../support/misp-server.js';
import { quietActivity } from '../support/quiet-activity.js';

const hourMs = 60 * 60 * 1000;
const urls = (name: string, count: number) => Array.from({ length: count }, (_, at) => `https://${name}.example/${at}`);
const first = feedEvent({ urls: ['https://first.example/'] });
/** Too much for one request. */
const older = feedEvent({ info: 'older', urls: urls('older', 1_100) });
const newer = feedEvent({ info: 'newer', urls: ['https://newer.example/'] });

/** A feed, the workers that write it, and MISP. */
class Bench {
  readonly misp: MispServer;
  readonly #dependencies: Dependencies;
  #worker = 0;
  #number = 0;

  constructor(misp: MispServer, dependencies: Dependencies) {
    this.misp = misp;
    this.#dependencies = dependencies;
  }

  /** What the feed says of its event now, written by a worker and a workflow of their own. */
  async write(event: MispEvent): Promise<DeliveryReport> {
    const number = this.#number;
    this.#number += 1;
    const wanted: WantedEvent = { event, contentHash: contentHash(event), keeps: false, lastNumber: number, rows: [] };
    this.#worker += 1;
    return this.#as(`worker ${this.#worker}`, wanted);
  }

  /** The same once more, by the attempt after the one that `worker` names. */
  async again(worker: number, event: MispEvent, lastNumber: number): Promise<DeliveryReport> {
    const wanted: WantedEvent = { event, contentHash: contentHash(event), keeps: false, lastNumber, rows: [] };
    return this.#as(`worker ${worker}`, wanted);
  }

  async #as(runId: string, wanted: WantedEvent): Promise<DeliveryReport> {
    const { ledger, revisions: sink } = this.#dependencies;
    assert.ok(sink !== undefined);
    const environment = quietActivity({ workflowExecution: { workflowId: 'import', runId } });
    return environment.run(async () => {
      const { revisions } = await reviseEvents(ledger, 'plain', [wanted], false);
      return writeRevisions(this.#dependencies, new SinkUse(1), 'plain', sink, revisions);
    });
  }

  /** A worker that has `older` to write over `first`, while MISP keeps its answer to such a request back. */
  async standsStill(
    match: string,
  ): Promise<{ readonly writing: Promise<DeliveryReport>; readonly release: () => void }> {
    await this.write(first);
    const { reached, release } = this.#hold(match);
    const writing = this.write(older);
    await reached;
    return { writing, release };
  }

  /** MISP keeps the next answer to such a request back. */
  #hold(match: string): { readonly reached: Promise<void>; readonly release: () => void } {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const reached = new Promise<void>((resolve) => {
      const held = () => {
        resolve();
        return released;
      };
      this.misp.fault({ match, kind: 'slow', held });
    });
    return { reached, release };
  }
}

async function withBench(context: TestContext, work: (bench: Bench) => Promise<void>): Promise<void> {
  const { server, sink } = await startFeedMisp(context);
  context.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 2, 1) });
  await inFolder(async (folder) => {
    const store = await FileStore.open(folder);
    await work(new Bench(server, testDependencies(store, { revisions: sink })));
  });
}

async function stopped(writing: Promise<DeliveryReport>): Promise<void> {
  await assert.rejects(writing, (error) => {
    assert.ok(isLurewatchError(error, 'LW_MISP_AMBIGUOUS'), String(error));
    assert.ok(!(error instanceof ApplicationFailure) && error.retryable);
    return true;
  });
}

function says(bench: Bench, event: MispEvent): void {
  const there = held(bench.misp, event);
  assert.equal(there.info, event.info);
  assert.deepEqual(values(there).toSorted(), event.Attribute.map(({ value }) => value).toSorted());
}

describe('a worker that stands still between two requests of an update', () => {
  for (const [where, match] of [
    ['it has looked at the event', '/events/view'],
    ['a part of the update is in MISP', '/events/edit'],
  ] as const) {
    it(`puts no older piece on a newer revision, after ${where}`, (context) =>
      withBench(context, async (bench) => {
        const late = await bench.standsStill(match);
        context.mock.timers.tick(hourMs);
        assert.equal((await bench.write(newer)).trouble, undefined);
        says(bench, newer);
        late.release();
        await stopped(late.writing);
        says(bench, newer);
      }));

    it(`puts none there where its clock stood still with it, after ${where}`, (context) =>
      withBench(context, async (bench) => {
        const late = await bench.standsStill(match);
        const then = Date.now();
        context.mock.timers.tick(hourMs);
        assert.equal((await bench.write(newer)).trouble, undefined);
        context.mock.timers.setTime(then);
        late.release();
        await stopped(late.writing);
        says(bench, newer);
      }));
  }

  it('sends nothing more so late that others may begin, also where nobody has', (context) =>
    withBench(context, async (bench) => {
      const late = await bench.standsStill('/events/view');
      context.mock.timers.tick(hourMs);
      late.release();
      await stopped(late.writing);
      says(bench, first);
      assert.equal((await bench.again(2, older, 1)).trouble, undefined);
      says(bench, older);
    }));

  it('leaves the event to the next attempt of the same work, and the event ends whole', (context) =>
    withBench(context, async (bench) => {
      const late = await bench.standsStill('/events/edit');
      await bench.again(2, older, 1);
      const edits = bench.misp.requests.length;
      late.release();
      await stopped(late.writing);
      assert.equal(bench.misp.requests.length, edits, 'it sends nothing more');
      says(bench, older);
    }));

  it('goes on where it was only slow: who has something newer waits for it', (context) =>
    withBench(context, async (bench) => {
      const slow = await bench.standsStill('/events/edit');
      context.mock.timers.tick(20_000);
      await assert.rejects(bench.write(newer), (error) => isLurewatchError(error, 'LW_CARRIED_ELSEWHERE'));
      slow.release();
      assert.equal((await slow.writing).trouble, undefined);
      says(bench, older);
      await bench.again(3, newer, 2);
      says(bench, newer);
    }));

  it('has the outcome of what another wrote meanwhile, once it is tried again', (context) =>
    withBench(context, async (bench) => {
      const late = await bench.standsStill('/events/view');
      context.mock.timers.tick(hourMs);
      await bench.write(newer);
      late.release();
      await stopped(late.writing);
      const { fates, trouble } = await bench.again(2, newer, 2);
      assert.deepEqual([fates.map(({ kind }) => kind), trouble], [['reached'], undefined]);
      says(bench, newer);
    }));
});
