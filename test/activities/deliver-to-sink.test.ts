import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDeliverToSink } from '../../src/activities/deliver-to-sink.js';
import type { Dependencies } from '../../src/activities/dependencies.js';
import { createReadFates } from '../../src/activities/read-fates.js';
import type { AlertDocument } from '../../src/alerts/types.js';
import { LurewatchError } from '../../src/errors/lurewatch-error.js';
import { openLedger } from '../../src/ledger/ledger.js';
import type { Fate } from '../../src/sinks/fate.js';
import { SinkUses } from '../../src/sinks/sink-use.js';
import { FileStore } from '../../src/store/file-store.js';
import type { SinkReport } from '../../src/workflows/types.js';
import { alertDocuments } from '../support/alert-documents.js';
import { testDependencies } from '../support/dependencies.js';
import { inFolder } from '../support/folder.js';
import { quietActivity } from '../support/quiet-activity.js';
import { ScriptedSink } from '../support/scripted-sink.js';

/** The activities of one worker that bring a batch to a sink, and that tell how far it came. */
class Bench {
  readonly sink = new ScriptedSink();
  readonly documents = alertDocuments(3);
  readonly #deliver;
  readonly #read;

  private constructor(dependencies: (sink: ScriptedSink) => Dependencies) {
    const bound = dependencies(this.sink);
    this.#deliver = createDeliverToSink(bound, new SinkUses());
    this.#read = createReadFates(bound);
  }

  static run(work: (bench: Bench) => Promise<void>): Promise<void> {
    return inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      const bench = new Bench((sink) => testDependencies(store, { sinks: new Map([['cases', sink]]) }));
      await openLedger(store).alerts.create(bench.documents);
      await work(bench);
    });
  }

  deliver(patienceMs: number): Promise<SinkReport> {
    const input = { mailbox: 'soc', sink: 'cases', alertIds: this.#alertIds(), patienceMs };
    const environment = quietActivity({ scheduledTimestampMs: Date.now() });
    return environment.run(this.#deliver, input);
  }

  /** @param runId of the workflow that asks */
  async fates(runId?: string): Promise<readonly Fate[]> {
    const environment = quietActivity(
      runId === undefined ? {} : { workflowExecution: { workflowId: 'another', runId } },
    );
    return environment.run(this.#read, { sink: 'cases', alertIds: this.#alertIds() });
  }

  #alertIds(): readonly string[] {
    return this.documents.map(({ alertId }) => alertId);
  }

  /** The sink takes all but these. */
  reject(...numbers: readonly number[]): void {
    const rejected = numbers.map((number) => this.documents[number]?.alertId);
    this.sink.script = (sent: readonly AlertDocument[]) =>
      sent.some(({ alertId }) => rejected.includes(alertId))
        ? [{ status: 'rejected', reason: 'events is empty' }]
        : this.sink.accept(sent);
  }
}

describe('a delivery that is to be tried again', () => {
  it('keeps the words of its error on what to do', () =>
    Bench.run(async (bench) => {
      bench.sink.script = () => {
        throw new LurewatchError('LW_TARGET_UNAVAILABLE', 'nobody listens', { mend: 'Start the tunnel.' });
      };
      await assert.rejects(bench.deliver(60_000), (error) => {
        assert.ok(error instanceof LurewatchError);
        assert.match(error.message, /nobody listens\. Start the tunnel\. \[LW_TARGET_UNAVAILABLE\]/);
        assert.ok((error.retryAfterMs ?? 0) > 0);
        return true;
      });
    }));
});

describe('what the ledger knows of a delivery that ended without an answer', () => {
  it('names what was rejected, so that it is held and not sent once more', () =>
    Bench.run(async (bench) => {
      bench.reject(1);
      await bench.deliver(0);
      const fates = await bench.fates();
      assert.deepEqual(
        fates.map(({ kind }) => kind),
        ['reached', 'rejected', 'reached'],
      );
      assert.deepEqual(fates[1], {
        alertId: bench.documents[1]?.alertId,
        kind: 'rejected',
        reason: 'events is empty',
      });
    }));

  it('takes what another run was told for open: it may have been mended since', () =>
    Bench.run(async (bench) => {
      bench.reject(1);
      await bench.deliver(0);
      const fates = await bench.fates('another');
      assert.deepEqual(
        fates.map(({ kind }) => kind),
        ['reached', 'open', 'reached'],
      );
    }));

  it('holds nothing where all were rejected alike: the sink is the trouble', () =>
    Bench.run(async (bench) => {
      bench.reject(0, 1, 2);
      await bench.deliver(0);
      const fates = await bench.fates();
      assert.ok(fates.every(({ kind }) => kind === 'open'));
    }));
});
