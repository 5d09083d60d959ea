import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import type { AlertDocument } from '../../src/alerts/types.js';
import { LurewatchError } from '../../src/errors/lurewatch-error.js';
import { openLedger } from '../../src/ledger/ledger.js';
import type { Owner } from '../../src/ledger/records.js';
import type { ClaimContext } from '../../src/sinks/claiming.js';
import { deliver } from '../../src/sinks/deliver.js';
import { SinkUse } from '../../src/sinks/sink-use.js';
import { FileStore } from '../../src/store/file-store.js';
import { alertDocuments } from '../support/alert-documents.js';
import { inFolder } from '../support/folder.js';
import { ScriptedSink } from '../support/scripted-sink.js';

/** So long after a claim was made it may be sent under. */
const freshMs = 5_000;
const me: Owner = { workflowId: 'batch', runId: 'mine' };
const other: Owner = { workflowId: 'batch', runId: 'another' };

function inContext(work: (context: Bench) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => work(new Bench(await FileStore.open(folder))));
}

/** A sink, a ledger, and the view of one owner or another. */
class Bench {
  readonly sink = new ScriptedSink();
  readonly ledger;
  activityId = '1';
  /** What the deliveries of one worker share. */
  use: SinkUse | undefined;
  readonly openOwners = new Set<string>([me.runId, other.runId]);

  constructor(store: FileStore) {
    this.ledger = openLedger(store);
  }

  as(owner: Owner, predecessors: readonly Owner[] = []): ClaimContext<AlertDocument> {
    return {
      sink: this.sink,
      deliveries: this.ledger.deliveries,
      owner,
      activityId: this.activityId,
      predecessors,
      isOpen: async ({ runId }) => this.openOwners.has(runId),
      signal: new AbortController().signal,
      use: this.use,
    };
  }

  /** How many claims stand on an alert. */
  async claimsOn({ alertId }: AlertDocument): Promise<number> {
    return (await this.ledger.deliveries.latestClaim('cases', alertId))?.number ?? 0;
  }

  /** As after the death of a process between its claim and its answer, some seconds ago. */
  async leaveClaim(owner: Owner, alertId: string, atMs = Date.now() - 2 * freshMs): Promise<void> {
    await this.ledger.deliveries.claim(this.sink.name, [{ alertId, number: 1 }], owner, atMs);
  }

  acceptedOnce(alertIds: readonly string[]): void {
    assert.deepEqual(
      alertIds.map((alertId) => this.sink.accepted.get(alertId)),
      alertIds.map(() => 1),
    );
  }
}

const kinds = (report: Awaited<ReturnType<typeof deliver>>) => report.fates.map(({ kind }) => kind);

describe('delivering alerts to a sink', () => {
  it('sends each alert once, however often it is asked', () =>
    inContext(async (bench) => {
      const documents = alertDocuments(50);
      const first = await deliver(bench.as(me), documents);
      const again = await deliver(bench.as(me), documents);
      const later = await deliver(bench.as(other), documents);
      bench.acceptedOnce(documents.map(({ alertId }) => alertId));
      assert.ok(first.fates.every((fate) => fate.kind === 'reached' && !fate.earlier));
      assert.ok(
        again.fates.every((fate) => fate.kind === 'reached' && !fate.earlier),
        'a retry of its own is no duplicate',
      );
      assert.ok(later.fates.every((fate) => fate.kind === 'reached' && fate.earlier));
      assert.equal(first.trouble, undefined);
    }));

  it('keeps no more calls under way than the sink allows, and packs as many alerts in one as it takes', () =>
    inContext(async (bench) => {
      bench.sink.alertsPerCall = 7;
      bench.sink.concurrency = 3;
      let open = 0;
      let most = 0;
      bench.sink.script = async (documents) => {
        most = Math.max(most, ++open);
        await new Promise((resolve) => setImmediate(resolve));
        open -= 1;
        return bench.sink.accept(documents);
      };
      await deliver(bench.as(me), alertDocuments(50));
      assert.equal(most, 3);
      assert.ok(bench.sink.calls.every((call) => call.length <= 7));
      assert.equal(bench.sink.calls.flat().length, 50);
    }));

  it('counts an alert that has nothing to tell the sink as reached, without a word to it', () =>
    inContext(async (bench) => {
      const documents = alertDocuments(1).map((document) => ({ ...document, urls: [] }));
      assert.deepEqual(kinds(await deliver(bench.as(me), documents)), ['reached']);
      assert.deepEqual(bench.sink.calls, []);
    }));

  it('asks the sink before it sends what may have been sent already, even by itself', () =>
    inContext(async (bench) => {
      const [there, lost] = alertDocuments(2);
      assert.ok(there !== undefined && lost !== undefined);
      bench.sink.accept([there]);
      for (const { alertId } of [there, lost]) await bench.leaveClaim(me, alertId);
      const report = await deliver(bench.as(me), [there, lost]);
      assert.deepEqual(kinds(report), ['reached', 'reached']);
      assert.deepEqual(bench.sink.calls, [[lost.alertId]]);
      bench.acceptedOnce([there.alertId, lost.alertId]);
    }));

  it('waits until an earlier request can no longer be in flight, and says for how long', () =>
    inContext(async (bench) => {
      const [document] = alertDocuments(1);
      assert.ok(document !== undefined);
      bench.sink.inFlightMs = 60_000;
      await bench.leaveClaim(me, document.alertId);
      const report = await deliver(bench.as(me), [document]);
      assert.deepEqual(kinds(report), ['open']);
      assert.equal(report.trouble?.code, 'LW_TARGET_AMBIGUOUS');
      assert.ok((report.trouble?.retryAfterMs ?? 0) > 50_000);
      assert.deepEqual([bench.sink.calls, bench.sink.lookups], [[], []]);
    }));

  it('counts that wait from the last moment at which the request may have begun', () =>
    inContext(async (bench) => {
      const [document] = alertDocuments(1);
      assert.ok(document !== undefined);
      bench.sink.inFlightMs = 60_000;
      const sendable = bench.sink.inFlightMs + freshMs;
      // Claimed a minute and a bit ago, and perhaps sent only just less than a minute ago.
      await bench.leaveClaim(me, document.alertId, Date.now() - sendable + 2_000);
      const report = await deliver(bench.as(me), [document]);
      assert.deepEqual([kinds(report), bench.sink.lookups], [['open'], []]);
      assert.ok((report.trouble?.retryAfterMs ?? 0) > 0);

      const [another] = alertDocuments(2).slice(1);
      assert.ok(another !== undefined);
      await bench.leaveClaim(me, another.alertId, Date.now() - sendable - 1);
      assert.deepEqual(kinds(await deliver(bench.as(me), [another])), ['reached']);
      assert.deepEqual(bench.sink.lookups, [another.alertId]);
    }));

  it('sends nothing under a claim that waited too long for its turn', () =>
    inContext(async (bench) => {
      const documents = alertDocuments(3);
      bench.sink.concurrency = 1;
      mock.timers.enable({ apis: ['Date'], now: 1_770_000_000_000 });
      try {
        const sentAfterMs: number[] = [];
        bench.sink.script = async (sent) => {
          const standing = await bench.ledger.deliveries.latestClaim('cases', sent[0]?.alertId ?? '');
          sentAfterMs.push(Date.now() - (standing?.claim.atMs ?? 0));
          mock.timers.tick(4_000);
          return bench.sink.accept(sent);
        };
        await deliver(bench.as(me), documents);
        assert.deepEqual(sentAfterMs, [0, 4_000, 0]);
        bench.acceptedOnce(documents.map(({ alertId }) => alertId));
      } finally {
        mock.timers.reset();
      }
    }));

  it('sends again at once where the sink recognises repeats itself', () =>
    inContext(async (bench) => {
      const [document] = alertDocuments(1);
      assert.ok(document !== undefined);
      bench.sink.repeats = 'server';
      bench.sink.inFlightMs = 60_000;
      bench.sink.accept([document]);
      await bench.leaveClaim(me, document.alertId);
      assert.deepEqual(kinds(await deliver(bench.as(me), [document])), ['reached']);
      bench.acceptedOnce([document.alertId]);
    }));

  it('leaves an alert to another open workflow, and takes it over once that has ended', () =>
    inContext(async (bench) => {
      const [document] = alertDocuments(1);
      assert.ok(document !== undefined);
      await bench.leaveClaim(other, document.alertId);
      assert.deepEqual(kinds(await deliver(bench.as(me), [document])), ['carried']);
      assert.deepEqual(bench.sink.calls, []);
      bench.openOwners.delete(other.runId);
      assert.deepEqual(kinds(await deliver(bench.as(me), [document])), ['reached']);
      assert.deepEqual(bench.sink.lookups, [document.alertId]);
    }));

  it('takes over from a predecessor that handed its work on, though that is still open', () =>
    inContext(async (bench) => {
      const [document] = alertDocuments(1);
      assert.ok(document !== undefined);
      await bench.leaveClaim(other, document.alertId);
      assert.deepEqual(kinds(await deliver(bench.as(me, [other]), [document])), ['reached']);
      assert.deepEqual(bench.sink.lookups, [document.alertId]);
    }));

  it('lets one of two simultaneous owners send each alert', () =>
    inContext(async (bench) => {
      const documents = alertDocuments(50);
      const reports = await Promise.all([deliver(bench.as(me), documents), deliver(bench.as(other), documents)]);
      bench.acceptedOnce(documents.map(({ alertId }) => alertId));
      for (const [index] of documents.entries()) {
        const both = reports.map(({ fates }) => fates[index]?.kind);
        assert.ok(both.includes('reached'));
        assert.ok(both.every((kind) => kind === 'reached' || kind === 'carried'));
      }
    }));

  it('stops at the first sign that the sink is down, and can be asked again at once', () =>
    inContext(async (bench) => {
      const documents = alertDocuments(50);
      bench.sink.concurrency = 1;
      bench.sink.script = () => {
        throw new LurewatchError('LW_TARGET_UNAVAILABLE', 'it answered 429', { retryAfterMs: 7_000 });
      };
      const down = await deliver(bench.as(me), documents);
      assert.equal(bench.sink.calls.length, 1);
      assert.ok(down.fates.every(({ kind }) => kind === 'open'));
      assert.equal(down.trouble?.retryAfterMs, 7_000);
      bench.sink.script = undefined;
      bench.sink.inFlightMs = 60_000;
      const up = await deliver(bench.as(me), documents);
      assert.ok(
        up.fates.every(({ kind }) => kind === 'reached'),
        'nothing of it was ambiguous',
      );
      assert.deepEqual(bench.sink.lookups, []);
    }));

  it('goes on with the others when one request ends without an answer', () =>
    inContext(async (bench) => {
      const documents = alertDocuments(10);
      const poison = documents[3]?.alertId;
      bench.sink.script = (sent) => {
        if (sent.some(({ alertId }) => alertId === poison)) {
          throw new LurewatchError('LW_TARGET_AMBIGUOUS', 'the connection was cut');
        }
        return bench.sink.accept(sent);
      };
      const report = await deliver(bench.as(me), documents);
      assert.deepEqual(
        report.fates.filter(({ kind }) => kind !== 'reached').map(({ alertId }) => alertId),
        [poison],
      );
      assert.equal(report.trouble?.code, 'LW_TARGET_AMBIGUOUS');
    }));

  it('gives up on a sink that leaves request after request without an answer', () =>
    inContext(async (bench) => {
      bench.sink.concurrency = 1;
      bench.sink.script = () => {
        throw new LurewatchError('LW_TARGET_AMBIGUOUS', 'it answered 500');
      };
      await deliver(bench.as(me), alertDocuments(50));
      assert.equal(bench.sink.calls.length, 3);
    }));

  it('lets alerts that the sink never answers keep no others from their turn when it is tried again', () =>
    inContext(async (bench) => {
      const documents = alertDocuments(20);
      const poison = documents.slice(0, 5).map(({ alertId }) => alertId);
      bench.sink.concurrency = 1;
      bench.sink.script = (sent) => {
        if (!sent.some(({ alertId }) => poison.includes(alertId))) return bench.sink.accept(sent);
        throw new LurewatchError('LW_TARGET_AMBIGUOUS', 'it answered 500');
      };
      await deliver(bench.as(me), documents);
      assert.deepEqual(bench.sink.calls.flat(), poison.slice(0, 3));
      const again = await deliver(bench.as(me), documents);
      assert.deepEqual(
        again.fates.filter(({ kind }) => kind !== 'reached').map(({ alertId }) => alertId),
        poison,
      );
      bench.acceptedOnce(documents.slice(5).map(({ alertId }) => alertId));
    }));

  it('gives each of many unanswered alerts its turn, the one tried least lately first', () =>
    inContext(async (bench) => {
      const documents = alertDocuments(8);
      bench.sink.concurrency = 1;
      for (const [index, { alertId }] of documents.entries()) await bench.leaveClaim(me, alertId, 1_000 - index);
      bench.sink.script = () => {
        throw new LurewatchError('LW_TARGET_AMBIGUOUS', 'it answered 500');
      };
      for (let round = 1; round <= 3; round += 1) await deliver(bench.as(me), documents);
      assert.equal(new Set(bench.sink.calls.flat()).size, documents.length);
      assert.deepEqual(bench.sink.calls[0], [documents[7]?.alertId]);
    }));

  it('sends a rejected alert no second time when the same work is tried again, and once more for other work', () =>
    inContext(async (bench) => {
      const documents = alertDocuments(3);
      const [rejected, open] = documents;
      assert.ok(rejected !== undefined && open !== undefined);
      bench.sink.concurrency = 1;
      bench.sink.script = (sent) => {
        if (sent[0]?.alertId === rejected.alertId) return [{ status: 'rejected', reason: 'events is empty' }];
        if (sent[0]?.alertId === open.alertId) throw new LurewatchError('LW_TARGET_UNAVAILABLE', 'nobody listens');
        return bench.sink.accept(sent);
      };
      const fate = { alertId: rejected.alertId, kind: 'rejected', reason: 'events is empty' };
      const sends = () => bench.sink.calls.flat().filter((alertId) => alertId === rejected.alertId).length;
      for (let attempt = 1; attempt <= 3; attempt += 1) {
        assert.deepEqual((await deliver(bench.as(me), documents)).fates[0], fate);
        assert.equal(sends(), 1);
      }
      // A person's `held retry` is another activity, of a workflow that took over.
      bench.activityId = '2';
      assert.deepEqual((await deliver(bench.as(other, [me]), [rejected])).fates, [fate]);
      assert.equal(sends(), 2);
      // And the next one is another activity of the same workflow.
      bench.activityId = '3';
      bench.sink.script = undefined;
      assert.deepEqual(kinds(await deliver(bench.as(other, [me]), [rejected])), ['reached']);
      assert.equal(sends(), 3);
    }));

  it('takes no rejection of a whole call for that of its alerts', () =>
    inContext(async (bench) => {
      const documents = alertDocuments(2);
      bench.sink.alertsPerCall = 2;
      bench.sink.script = (sent) => {
        if (sent.length > 1) throw new LurewatchError('LW_TARGET_REJECTED', 'one of the cases is invalid');
        throw new LurewatchError('LW_TARGET_UNAVAILABLE', 'nobody listens');
      };
      assert.deepEqual(kinds(await deliver(bench.as(me), documents)), ['open', 'open']);
      bench.sink.alertsPerCall = 1;
      bench.sink.script = undefined;
      assert.deepEqual(kinds(await deliver(bench.as(me), documents)), ['reached', 'reached']);
    }));

  for (const repeats of ['server', 'lookup', 'none'] as const) {
    it(`sends nothing that another run delivered since it first looked (repeats: ${repeats})`, () =>
      inContext(async (bench) => {
        const [document] = alertDocuments(1);
        assert.ok(document !== undefined);
        bench.sink.repeats = repeats;
        const { deliveries } = bench.ledger;
        const claim = deliveries.claim.bind(deliveries);
        deliveries.claim = async (...wanted) => {
          deliveries.claim = claim;
          await deliver(bench.as(other), [document]);
          bench.openOwners.delete(other.runId);
          return claim(...wanted);
        };
        const { fates } = await deliver(bench.as(me), [document]);
        const reference = `case ${document.alertId}`;
        assert.deepEqual(fates, [{ alertId: document.alertId, kind: 'reached', reference, earlier: true }]);
        assert.equal(bench.sink.calls.length, 1);
        assert.deepEqual(bench.sink.lookups, []);
      }));
  }

  it('sends nothing that a person discarded after a claim had ended', () =>
    inContext(async (bench) => {
      const [document] = alertDocuments(1);
      assert.ok(document !== undefined);
      const { alertId } = document;
      const { deliveries } = bench.ledger;
      await bench.leaveClaim(other, alertId);
      const end = { version: 1, why: 'unavailable', reason: 'nobody listens', atMs: Date.now() } as const;
      await deliveries.endClaims('cases', [{ alertId, number: 1, end }]);
      const claim = deliveries.claim.bind(deliveries);
      deliveries.claim = async (...wanted) => {
        deliveries.claim = claim;
        const outcome = { version: 1, kind: 'discarded', who: 'kim', why: 'a test', owner: other, atMs: 1 } as const;
        await deliveries.recordOutcomes('cases', [{ alertId, outcome }]);
        return claim(...wanted);
      };
      assert.deepEqual(kinds(await deliver(bench.as(me), [document])), ['reached']);
      assert.deepEqual(bench.sink.calls, []);
    }));

  it('halves a call that was rejected as a whole until the poison is alone', () =>
    inContext(async (bench) => {
      const documents = alertDocuments(25);
      const poison = documents[13]?.alertId;
      bench.sink.alertsPerCall = 25;
      bench.sink.script = (sent) => {
        if (!sent.some(({ alertId }) => alertId === poison)) return bench.sink.accept(sent);
        if (sent.length > 1) throw new LurewatchError('LW_TARGET_REJECTED', 'one of the cases is invalid');
        return [{ status: 'rejected', reason: 'events is empty' }];
      };
      const report = await deliver(bench.as(me), documents);
      bench.acceptedOnce(documents.map(({ alertId }) => alertId).filter((alertId) => alertId !== poison));
      assert.deepEqual(report.fates[13], { alertId: poison, kind: 'rejected', reason: 'events is empty' });
      assert.equal(report.trouble, undefined);
    }));

  it('reports a sink that refuses everybody as the trouble, and rejects no alert for it', () =>
    inContext(async (bench) => {
      bench.sink.script = () => {
        throw new LurewatchError('LW_TARGET_AUTH', 'the key was refused');
      };
      const report = await deliver(bench.as(me), alertDocuments(3));
      assert.deepEqual(kinds(report), ['open', 'open', 'open']);
      assert.equal(report.trouble?.code, 'LW_TARGET_AUTH');
    }));

  it('sends the next alert while the outcome of the one before is being written', () =>
    inContext(async (bench) => {
      bench.sink.concurrency = 1;
      const documents = alertDocuments(3);
      const allSent = new Promise<void>((resolve) => {
        bench.sink.script = (sent) => {
          if (bench.sink.calls.length === documents.length) resolve();
          return bench.sink.accept(sent);
        };
      });
      const record = bench.ledger.deliveries.recordOutcomes.bind(bench.ledger.deliveries);
      mock.method(bench.ledger.deliveries, 'recordOutcomes', async (...args: Parameters<typeof record>) => {
        await allSent;
        await record(...args);
      });
      const report = await deliver(bench.as(me), documents);
      assert.deepEqual(kinds(report), ['reached', 'reached', 'reached']);
      const alertIds = documents.map(({ alertId }) => alertId);
      const outcomes = await bench.ledger.deliveries.outcomes(bench.sink.name, alertIds);
      assert.ok(outcomes.every((outcome) => outcome !== undefined));
    }));

  it('loses no delivery when the outcome cannot be written: the sink is asked next time', () =>
    inContext(async (bench) => {
      const [document] = alertDocuments(1);
      assert.ok(document !== undefined);
      const { deliveries } = bench.ledger;
      const recordOutcomes = deliveries.recordOutcomes.bind(deliveries);
      deliveries.recordOutcomes = async () => {
        throw new LurewatchError('LW_STORE_UNAVAILABLE', 'the disk is full');
      };
      mock.timers.enable({ apis: ['Date'], now: 1_770_000_000_000 });
      try {
        await assert.rejects(deliver(bench.as(me), [document]), { code: 'LW_STORE_UNAVAILABLE' });
        deliveries.recordOutcomes = recordOutcomes;
        mock.timers.tick(2 * freshMs);
        assert.deepEqual(kinds(await deliver(bench.as(me), [document])), ['reached']);
      } finally {
        mock.timers.reset();
      }
      bench.acceptedOnce([document.alertId]);
      assert.deepEqual(bench.sink.lookups, [document.alertId]);
    }));

  it('finds the latest of many claims', () =>
    inContext(async (bench) => {
      const { deliveries } = bench.ledger;
      const alertId = alertDocuments(1)[0]?.alertId ?? '';
      assert.equal(await deliveries.latestClaim('cases', alertId), undefined);
      for (let number = 1; number <= 37; number += 1) {
        await deliveries.claim('cases', [{ alertId, number }], me, number);
        const latest = await deliveries.latestClaim('cases', alertId);
        assert.deepEqual([latest?.number, latest?.claim.atMs], [number, number]);
      }
    }));
});

describe('deliveries of one worker to one sink', () => {
  const wrongKey = () => {
    throw new LurewatchError('LW_TARGET_AUTH', 'the key was refused');
  };

  for (const [what, code] of [
    ['refuses everything', 'LW_TARGET_AUTH'],
    ['is away', 'LW_TARGET_UNAVAILABLE'],
  ] as const) {
    it(`begin with a single call where the sink ${what}, and go on as usual once it takes one`, () =>
      inContext(async (bench) => {
        bench.use = new SinkUse(bench.sink.concurrency);
        const documents = alertDocuments(50);
        bench.sink.script = () => {
          throw new LurewatchError(code, 'not now');
        };
        await deliver(bench.as(me), documents);
        const claims = async () => {
          const counts = await Promise.all(documents.map((document) => bench.claimsOn(document)));
          return counts.reduce((sum, count) => sum + count, 0);
        };
        for (let poll = 1; poll <= 3; poll += 1) {
          const [claimed, called] = [await claims(), bench.sink.calls.length];
          await Promise.all([deliver(bench.as(me), documents), deliver(bench.as(me), documents)]);
          assert.ok((await claims()) - claimed <= 2, `${(await claims()) - claimed} claims`);
          assert.ok(bench.sink.calls.length - called <= 2);
        }

        let open = 0;
        let most = 0;
        bench.sink.script = async (sent) => {
          most = Math.max(most, ++open);
          await new Promise((resolve) => setImmediate(resolve));
          open -= 1;
          return bench.sink.accept(sent);
        };
        const report = await deliver(bench.as(me), documents);
        assert.ok(report.fates.every(({ kind }) => kind === 'reached'));
        bench.acceptedOnce(documents.map(({ alertId }) => alertId));
        assert.equal(most, bench.sink.concurrency);
      }));
  }

  it('try first what was never tried, also after a refusal', () =>
    inContext(async (bench) => {
      bench.use = new SinkUse(bench.sink.concurrency);
      const documents = alertDocuments(30);
      const [tried, fresh] = [documents.slice(0, 16), documents.slice(16)];
      bench.sink.script = wrongKey;
      await deliver(bench.as(me), tried);
      bench.sink.calls.length = 0;
      await deliver(bench.as(me), documents);
      assert.deepEqual(bench.sink.calls, [[fresh[0]?.alertId]]);
    }));

  it('have no more calls under way together than it allows, and none ends for having waited', () =>
    inContext(async (bench) => {
      bench.sink.concurrency = 2;
      bench.use = new SinkUse(bench.sink.concurrency);
      let open = 0;
      let most = 0;
      bench.sink.script = async (sent) => {
        most = Math.max(most, ++open);
        await new Promise((resolve) => setTimeout(resolve, 5));
        open -= 1;
        return bench.sink.accept(sent);
      };
      const documents = alertDocuments(60);
      const reports = await Promise.all(
        [0, 20, 40].map((start) => deliver(bench.as(me), documents.slice(start, start + 20))),
      );
      assert.ok(reports.every(({ trouble }) => trouble === undefined));
      bench.acceptedOnce(documents.map(({ alertId }) => alertId));
      assert.equal(most, 2);
    }));

  it('ask one with a single place for what may have arrived, also from that very place', () =>
    inContext(async (bench) => {
      bench.sink.concurrency = 1;
      bench.use = new SinkUse(1);
      const documents = alertDocuments(6);
      const [there] = documents;
      assert.ok(there !== undefined);
      bench.sink.accept([there]);
      for (const { alertId } of documents) await bench.leaveClaim(me, alertId);
      const { fates } = await deliver(bench.as(me), documents);
      assert.ok(fates.every(({ kind }) => kind === 'reached'));
      bench.acceptedOnce(documents.map(({ alertId }) => alertId));
    }));
});

describe('an alert that the sink refuses by itself', () => {
  const poison = 'alert-poison';
  /** As something before the sink would, which looks for malware. */
  const refusing = (bench: Bench) => (documents: readonly AlertDocument[]) => {
    if (documents.some(({ alertId }) => alertId === poison)) {
      throw new LurewatchError('LW_TARGET_AUTH', 'the answer was 403');
    }
    return bench.sink.accept(documents);
  };
  const withPoison = (count: number): readonly AlertDocument[] =>
    alertDocuments(count).map((document, index) => (index === 0 ? { ...document, alertId: poison } : document));
  const fateOf = (report: Awaited<ReturnType<typeof deliver>>, wanted: string) =>
    report.fates.find(({ alertId }) => alertId === wanted);

  for (const [alertsPerCall, concurrency] of [
    [25, 4],
    [1, 1],
    [1, 4],
  ] as const) {
    it(`keeps no other back, and is rejected once others were taken twice (${alertsPerCall} a call, ${concurrency} at a time)`, () =>
      inContext(async (bench) => {
        Object.assign(bench.sink, { alertsPerCall, concurrency });
        bench.sink.script = refusing(bench);
        bench.use = new SinkUse(concurrency);
        const documents = withPoison(50);
        const polls: string[] = [];
        for (let poll = 1; poll <= 4 && !polls.includes('rejected'); poll += 1) {
          // Each poll has a mail that is new.
          const wanted = [...documents, ...alertDocuments(50 + poll).slice(50)];
          const report = await deliver(bench.as({ ...me, runId: `poll ${poll}` }), wanted);
          bench.openOwners.delete(`poll ${poll}`);
          polls.push(fateOf(report, poison)?.kind ?? '');
          if (report.trouble !== undefined) assert.equal(report.trouble.code, 'LW_TARGET_AUTH');
        }
        assert.equal(polls.at(-1), 'rejected', polls.join());
        assert.equal(polls[0], 'open');
        bench.acceptedOnce(documents.slice(1).map(({ alertId }) => alertId));
        assert.equal(bench.sink.accepted.get(poison), undefined);
      }));
  }

  it('stays open while nothing else is there to be taken', () =>
    inContext(async (bench) => {
      bench.sink.script = refusing(bench);
      for (let poll = 1; poll <= 4; poll += 1) {
        const report = await deliver(bench.as(me), withPoison(1));
        assert.deepEqual([kinds(report), report.trouble?.code], [['open'], 'LW_TARGET_AUTH']);
      }
    }));

  it('is not what a key is that ends in the middle: nothing is rejected, and few requests are made', () =>
    inContext(async (bench) => {
      Object.assign(bench.sink, { alertsPerCall: 5, concurrency: 1 });
      const documents = alertDocuments(50);
      for (let poll = 1; poll <= 3; poll += 1) {
        let calls = 0;
        bench.sink.script = (sent) => {
          if (++calls > 2) throw new LurewatchError('LW_TARGET_AUTH', 'the key was refused');
          return bench.sink.accept(sent);
        };
        const report = await deliver(bench.as({ ...me, runId: `poll ${poll}` }), documents);
        bench.openOwners.delete(`poll ${poll}`);
        assert.ok(report.fates.every(({ kind }) => kind === 'reached' || kind === 'open'));
        assert.equal(calls, 4, 'the call, and one alert of it');
      }
      assert.equal(bench.sink.accepted.size, 30);
    }));
});

describe('asking the sink for what may have arrived', () => {
  for (const code of ['LW_TARGET_AUTH', 'LW_TARGET_REFUSES'] as const) {
    it(`leaves alerts open where it refuses the question (${code}), and goes on once it answers`, () =>
      inContext(async (bench) => {
        const documents = alertDocuments(30);
        for (const { alertId } of documents) await bench.leaveClaim(me, alertId);
        let asked = 0;
        const refused = mock.method(bench.sink, 'find', async () => {
          asked += 1;
          throw new LurewatchError(code, 'refused');
        });
        bench.use = new SinkUse(bench.sink.concurrency);
        const report = await deliver(bench.as(me), documents);
        assert.ok(report.fates.every(({ kind }) => kind === 'open'));
        assert.equal(report.trouble?.code, code);
        assert.ok(asked <= bench.sink.concurrency, `${asked} questions`);
        refused.mock.restore();
        assert.ok((await deliver(bench.as(me), documents)).fates.every(({ kind }) => kind === 'reached'));
        bench.acceptedOnce(documents.map(({ alertId }) => alertId));
      }));
  }

  it('keeps nothing claimed where the store fails beside it', () =>
    inContext(async (bench) => {
      const [broken, other] = alertDocuments(2);
      assert.ok(broken !== undefined && other !== undefined);
      for (const { alertId } of [broken, other]) {
        await bench.leaveClaim(me, alertId);
        const end = { version: 1, why: 'unavailable', reason: '', atMs: Date.now() } as const;
        await bench.ledger.deliveries.endClaims('cases', [{ alertId, number: 1, end }]);
      }
      const { deliveries } = bench.ledger;
      const outcomes = deliveries.outcomes.bind(deliveries);
      let asked = 0;
      const failing = mock.method(deliveries, 'outcomes', async (sink: string, alertIds: readonly string[]) => {
        if (++asked > 1 && alertIds.includes(broken.alertId)) throw new LurewatchError('LW_STORE_UNAVAILABLE', 'away');
        return outcomes(sink, alertIds);
      });
      await assert.rejects(deliver(bench.as(me), [broken, other]), { code: 'LW_STORE_UNAVAILABLE' });
      failing.mock.restore();
      assert.equal((await deliveries.latestClaim('cases', other.alertId))?.end?.why, 'not-sent');
      assert.deepEqual(bench.sink.calls, []);
    }));
});

describe('a store that takes longer to write a claim than a claim may wait', () => {
  it('is told of as the trouble, and gets no more than one claim more for each alert', () =>
    inContext(async (bench) => {
      const documents = alertDocuments(4);
      mock.timers.enable({ apis: ['Date'], now: 1_770_000_000_000 });
      try {
        const { deliveries } = bench.ledger;
        const claim = deliveries.claim.bind(deliveries);
        mock.method(deliveries, 'claim', async (...given: Parameters<typeof claim>) => {
          const claimed = await claim(...given);
          mock.timers.tick(6_000);
          return claimed;
        });
        const report = await deliver(bench.as(me), documents);
        assert.ok(report.fates.every(({ kind }) => kind === 'open'));
        assert.equal(report.trouble?.code, 'LW_STORE_UNAVAILABLE');
        assert.deepEqual(bench.sink.calls, []);
        for (const document of documents) assert.ok((await bench.claimsOn(document)) <= 2);
      } finally {
        mock.timers.reset();
      }
    }));
});
