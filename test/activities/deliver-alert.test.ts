import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { createDeliverAlert, type DeliverAlertResult } from '../../src/activities/deliver-alert.js';
import { toFailure } from '../../src/activities/failures.js';
import type { AlertDocument } from '../../src/alerts/types.js';
import { LurewatchError } from '../../src/errors/lurewatch-error.js';
import { SinkUses } from '../../src/sinks/sink-use.js';
import { FileStore } from '../../src/store/file-store.js';
import { alertDocuments } from '../support/alert-documents.js';
import { testDependencies } from '../support/dependencies.js';
import { inFolder } from '../support/folder.js';
import { quietActivity } from '../support/quiet-activity.js';
import { ScriptedSink } from '../support/scripted-sink.js';
import { eventually } from '../support/temporal.js';

const places = 10;

class CalmSink extends ScriptedSink {
  override readonly name = 'calm';
}

/** One worker's `deliverAlert`, with two sinks. */
class Bench {
  readonly cases = new ScriptedSink();
  readonly calm = new CalmSink();
  readonly ledger;
  readonly #deliverAlert;

  constructor(store: FileStore) {
    for (const sink of [this.cases, this.calm]) sink.concurrency = 16;
    const sinks = new Map([this.cases, this.calm].map((sink) => [sink.name, sink]));
    const dependencies = testDependencies(store, { sinks });
    this.ledger = dependencies.ledger;
    this.#deliverAlert = createDeliverAlert(dependencies, new SinkUses());
  }

  /** @param environment what Temporal knows of the attempt */
  deliver(
    { alertId }: AlertDocument,
    sink: ScriptedSink = this.cases,
    environment = quietActivity(),
  ): Promise<DeliverAlertResult> {
    return environment.run(this.#deliverAlert, { mailbox: 'soc', sink: sink.name, alertId, predecessors: [] });
  }
}

/** The documents are in the ledger; `cases` does not answer before `answer` is called. */
function withHangingSink(
  count: number,
  work: (bench: Bench, documents: readonly AlertDocument[], answer: () => void) => Promise<void>,
): Promise<void> {
  return inFolder(async (folder) => {
    const bench = new Bench(await FileStore.open(folder));
    const documents = alertDocuments(count);
    await bench.ledger.alerts.create(documents);
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    bench.cases.script = (sent) => answered.then(() => bench.cases.accept(sent));
    await work(bench, documents, answer);
  });
}

describe('single alerts to a sink that does not answer', () => {
  it('are at most ten at a time in a worker; one more is put off for some seconds, and leaves no claim', () =>
    withHangingSink(places + 1, async (bench, documents, answer) => {
      const last = documents[places];
      assert.ok(last !== undefined);
      const hanging = documents.slice(0, places).map((document) => bench.deliver(document));
      await eventually(async () => bench.cases.calls.length === places || undefined, 'all places are taken');
      await assert.rejects(bench.deliver(last), (error) => {
        assert.ok(error instanceof LurewatchError);
        assert.equal(error.code, 'LW_SINK_BUSY');
        const pauseMs = error.retryAfterMs ?? 0;
        assert.ok(pauseMs >= 5_000 && pauseMs <= 15_000, `${pauseMs} ms`);
        return true;
      });
      assert.equal(await bench.ledger.deliveries.latestClaim('cases', last.alertId), undefined);
      answer();
      for (const { kind } of await Promise.all(hanging)) assert.equal(kind, 'reached');
      assert.equal((await bench.deliver(last)).kind, 'reached', 'the places are free again');
    }));

  it('are no more than the calls that the sink takes at a time', () =>
    withHangingSink(3, async (bench, documents, answer) => {
      bench.cases.concurrency = 2;
      const hanging = documents.slice(0, 2).map((document) => bench.deliver(document));
      await eventually(async () => bench.cases.calls.length === 2 || undefined, 'all places are taken');
      const [last] = documents.slice(2);
      assert.ok(last !== undefined);
      await assert.rejects(bench.deliver(last), { code: 'LW_SINK_BUSY' });
      answer();
      await Promise.all(hanging);
    }));

  it('do not keep another sink waiting', () =>
    withHangingSink(places, async (bench, documents, answer) => {
      const hanging = documents.map((document) => bench.deliver(document));
      await eventually(async () => bench.cases.calls.length === places || undefined, 'all places are taken');
      for (const document of documents) assert.equal((await bench.deliver(document, bench.calm)).kind, 'reached');
      answer();
      await Promise.all(hanging);
    }));

  it('give their places back when they fail', () =>
    withHangingSink(1, async (bench, documents) => {
      bench.cases.script = () => {
        throw new LurewatchError('LW_TARGET_UNAVAILABLE', 'nobody listens');
      };
      const [document] = documents;
      assert.ok(document !== undefined);
      for (let attempt = 0; attempt <= places; attempt += 1) {
        await assert.rejects(bench.deliver(document), { code: 'LW_TARGET_UNAVAILABLE' });
      }
    }));
});

describe('the pauses of a single alert', () => {
  it('grow with each failure, whatever the number of attempts that found no place', () =>
    withHangingSink(1, async (bench, documents) => {
      const [document] = documents;
      assert.ok(document !== undefined);
      bench.cases.script = () => {
        throw new LurewatchError('LW_TARGET_UNAVAILABLE', 'nobody listens');
      };
      let heartbeatDetails: unknown;
      for (const [attempt, pauseMs] of [
        [1, 5_000],
        [40, 10_000],
        [41, 20_000],
      ] as const) {
        const environment = quietActivity({ attempt, heartbeatDetails });
        environment.on('heartbeat', (details: unknown) => {
          heartbeatDetails = details;
        });
        await assert.rejects(bench.deliver(document, bench.cases, environment), { retryAfterMs: pauseMs });
      }
      const late = quietActivity({ attempt: 99, heartbeatDetails: { failures: 50 } });
      await assert.rejects(bench.deliver(document, bench.cases, late), { retryAfterMs: 15 * 60_000 });
    }));

  it('are those that the sink asks for, where it asks', () =>
    withHangingSink(1, async (bench, documents) => {
      const [document] = documents;
      assert.ok(document !== undefined);
      bench.cases.script = () => {
        throw new LurewatchError('LW_TARGET_UNAVAILABLE', 'it answered 429', { retryAfterMs: 77_000 });
      };
      await assert.rejects(bench.deliver(document), { retryAfterMs: 77_000 });
    }));

  it('while there is no place are no failure to log or to count', () => {
    const failure = toFailure(new LurewatchError('LW_SINK_BUSY', 'no place', { retryAfterMs: 7_000 }));
    assert.ok(failure instanceof ApplicationFailure);
    assert.equal(failure.category, ApplicationFailureCategory.BENIGN);
    assert.equal(failure.nonRetryable, false);
    assert.equal(failure.nextRetryDelay, 7_000);
    const real = toFailure(new LurewatchError('LW_TARGET_UNAVAILABLE', 'nobody listens'));
    assert.ok(real instanceof ApplicationFailure && real.category !== ApplicationFailureCategory.BENIGN);
  });
});
