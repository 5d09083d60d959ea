import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AlertDocument } from '../../src/alerts/types.js';
import { catalogue, type ErrorCode } from '../../src/errors/catalogue.js';
import { LurewatchError } from '../../src/errors/lurewatch-error.js';
import type { SendResult, Sink } from '../../src/sinks/sink.js';
import type { ScriptedServer } from '../support/scripted-server.js';
import { alertDocument } from '../support/soar-documents.js';

export interface ContractSubject {
  readonly sink: Sink;
  /** How many cases exist at the target. */
  caseCount(): number | Promise<number>;
  close(): Promise<void>;
}

export interface HttpContractSubject extends ContractSubject {
  readonly server: ScriptedServer;
  /** Part of the path that alerts are sent to, or what it matches where other paths begin like it. */
  readonly createPath: string | RegExp;
  /** What no message may show. */
  readonly secrets: readonly string[];
  /** What a 200 with a login page instead of the target's own answer means. */
  readonly garbage: 'delivered' | ErrorCode;
  /** What a right status with an endless body means. */
  readonly oversized: 'delivered' | ErrorCode;
}

/** The configured `timeout` of the subjects' targets: long enough for a busy machine, short enough to wait for. */
export const contractTimeout = 1000;

const never = new AbortController().signal;

/** What every target does, over HTTP or not. */
export function targetContract(label: string, make: () => Promise<ContractSubject>): void {
  describe(`${label}: contract of every target`, () => {
    behaves(make, 'brings an alert and makes one case of it', async ({ sink, caseCount }) => {
      const results = await sink.send([alertDocument(1)], never);
      assert.deepEqual(
        results.map(({ status }) => status),
        ['delivered'],
      );
      assert.equal(await caseCount(), 1);
    });

    behaves(make, 'takes as many alerts in a call as it says and answers for each', async ({ sink, caseCount }) => {
      const documents = numbered(sink.alertsPerCall);
      const results = await sink.send(documents, never);
      assert.equal(results.length, documents.length);
      assert.ok(results.every(({ status }) => status === 'delivered'));
      assert.equal(await caseCount(), documents.length);
    });

    behaves(make, 'makes one case of an alert that is sent twice', async ({ sink, caseCount }) => {
      await sink.send([alertDocument(1)], never);
      const again = await sink.send([alertDocument(1)], never);
      assert.deepEqual(
        again.map(({ status }) => status),
        ['delivered'],
      );
      assert.equal(await caseCount(), 1);
    });

    behaves(make, 'creates nothing when it is checked, and tells what it promises about repeats', async (subject) => {
      const lines = await subject.sink.check();
      assert.ok(
        lines.some((line) => line.startsWith(`repeats: ${subject.sink.repeats}`)),
        lines.join('\n'),
      );
      assert.equal(await subject.caseCount(), 0);
    });

    behaves(make, 'can look up an alert wherever it promises to', async ({ sink }) => {
      assert.equal(sink.repeats === 'lookup', sink.find !== undefined);
      await sink.send([alertDocument(1)], never);
      assert.equal(await sink.find?.(alertDocument(2), never), undefined);
      if (sink.repeats === 'lookup') assert.notEqual(await sink.find?.(alertDocument(1), never), undefined);
    });

    behaves(make, 'gives up with the very reason of the caller', async ({ sink, caseCount }) => {
      const reason = new Error('the activity was cancelled');
      const thrown = await sink.send([alertDocument(1)], AbortSignal.abort(reason)).catch((error: unknown) => error);
      assert.equal(thrown, reason);
      assert.equal(await caseCount(), 0);
    });
  });
}

/** What every target over HTTP does besides, whatever goes wrong on the way. */
export function httpTargetContract(label: string, make: () => Promise<HttpContractSubject>): void {
  targetContract(label, make);

  describe(`${label}: contract of targets over HTTP`, () => {
    behaves(make, 'hands back why the target rejects an alert, bounded and printable', async (subject) => {
      const { sink, server, createPath, caseCount } = subject;
      const body = `bad \u001b[31mname\u0000\n\u202e${'x'.repeat(5000)}`;
      server.fault({ kind: 'status', status: 422, body, path: createPath });
      const [result] = await sink.send([alertDocument(1)], never);
      assert.ok(result?.status === 'rejected');
      assert.match(result.reason, /422/);
      assert.match(result.reason, /bad .*name/);
      assert.doesNotMatch(result.reason, /[\p{Cc}\p{Cf}]/u);
      assert.ok(result.reason.length < 400);
      assert.equal(await caseCount(), 0);
    });

    behaves(make, 'leaves the halving of a rejected call to its caller', async ({ sink, server, createPath }) => {
      if (sink.alertsPerCall === 1) return;
      server.fault({ kind: 'status', status: 400, body: 'one of them is bad', path: createPath });
      await fails(sink.send(numbered(2), never), 'LW_TARGET_REJECTED');
    });

    behaves(make, 'waits as long as a throttling target asks', async ({ sink, server, createPath, caseCount }) => {
      server.fault({ kind: 'status', status: 429, headers: { 'retry-after': '7' }, path: createPath });
      const error = await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_UNAVAILABLE');
      assert.equal(error.retryAfterMs, 7000);
      assert.equal(await caseCount(), 0);
      await recovers(sink, caseCount);
    });

    for (const status of [500, 502, 503, 504]) {
      behaves(make, `does not trust a ${status} to mean that nothing happened`, async (subject) => {
        const { sink, server, createPath, caseCount } = subject;
        server.fault({ kind: 'status', status, headers: { 'retry-after': '3' }, carriedOut: true, path: createPath });
        const error = await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_AMBIGUOUS');
        assert.equal(error.retryAfterMs, 3000);
        await recovers(sink, caseCount);
      });
    }

    behaves(make, 'knows that nothing was sent to a target that is down', async ({ sink, server, caseCount }) => {
      await server.down();
      await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_UNAVAILABLE');
      await server.up();
      await recovers(sink, caseCount);
    });

    behaves(make, 'makes one case where the answer comes too late', async ({ sink, server, createPath, caseCount }) => {
      server.fault({ kind: 'delay', delayMs: 60_000, path: createPath });
      await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_AMBIGUOUS');
      await recovers(sink, caseCount);
    });

    behaves(make, 'makes one case where the connection is cut after the request', async (subject) => {
      const { sink, server, createPath, caseCount } = subject;
      server.fault({ kind: 'cut-after-read', path: createPath });
      await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_AMBIGUOUS');
      assert.equal(await caseCount(), 1);
      await recovers(sink, caseCount);
    });

    behaves(make, 'makes one case where the connection is cut within the request', async (subject) => {
      const { sink, server, createPath, caseCount } = subject;
      server.fault({ kind: 'cut-before-read', path: createPath });
      await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_AMBIGUOUS');
      assert.equal(await caseCount(), 0);
      await recovers(sink, caseCount);
    });

    behaves(make, 'makes out a login page that answers in its place', async (subject) => {
      const { sink, server, createPath, caseCount } = subject;
      server.fault({ kind: 'garbage', path: createPath });
      await becomes(sink.send([alertDocument(1)], never), subject.garbage);
      // Whoever takes any 2xx for delivered cannot make out a login page.
      if (subject.garbage !== 'delivered') await recovers(sink, caseCount);
    });

    behaves(make, 'reads no endless answer', async (subject) => {
      const { sink, server, createPath, caseCount } = subject;
      server.fault({ kind: 'oversized', path: createPath });
      await becomes(sink.send([alertDocument(1)], never), subject.oversized);
      await recovers(sink, caseCount);
    });

    behaves(make, 'never follows a redirect', async ({ sink, server, createPath, caseCount }) => {
      const headers = { location: `${server.url}/elsewhere?token=hush` };
      for (const status of [301, 302, 307, 308]) {
        server.fault({ kind: 'status', status, headers, path: createPath });
        const error = await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_REFUSES');
        assert.match(error.message, /elsewhere/);
        assert.doesNotMatch(error.message, /hush/);
      }
      assert.ok(server.requests.every(({ path }) => !path.includes('elsewhere')));
      assert.equal(await caseCount(), 0);
    });

    for (const status of [401, 403]) {
      behaves(make, `stops for a person at ${status}, and shows no secret`, async (subject) => {
        const body = `you sent ${subject.secrets.join(' ')}`;
        subject.server.fault({ kind: 'status', status, body, path: subject.createPath });
        const error = await fails(subject.sink.send([alertDocument(1)], never), 'LW_TARGET_AUTH');
        for (const secret of subject.secrets) assert.ok(!error.message.includes(secret));
      });
    }

    behaves(make, 'takes 404, 405 and 410 for a target that is not there', async ({ sink, server, createPath }) => {
      for (const status of [404, 405, 410]) {
        server.fault({ kind: 'status', status, path: createPath });
        await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_REFUSES');
      }
    });

    behaves(make, 'lets go of a request when the caller gives up', async (subject) => {
      const { sink, server, createPath, caseCount } = subject;
      server.fault({ kind: 'delay', delayMs: 60_000, path: createPath });
      const caller = new AbortController();
      const reason = new Error('the activity was cancelled');
      let settled = false;
      const sending = sink
        .send([alertDocument(1)], caller.signal)
        .catch((error: unknown) => error)
        .finally(() => {
          settled = true;
        });
      while ((await caseCount()) === 0 && !settled) await new Promise(setImmediate);
      caller.abort(reason);
      assert.equal(await sending, reason);
      await recovers(sink, caseCount);
    });

    behaves(make, 'has no request in flight after the time it promises', async ({ sink }) => {
      assert.ok(sink.inFlightMs >= 2 * contractTimeout, 'connecting and the request itself are within it');
    });
  });
}

function behaves<S extends ContractSubject>(make: () => Promise<S>, name: string, body: (subject: S) => Promise<void>) {
  test(name, async () => {
    const subject = await make();
    try {
      await body(subject);
    } finally {
      await subject.close();
    }
  });
}

/** What the delivery does after an attempt that failed: as the target's promise allows. */
async function recovers(sink: Sink, caseCount: ContractSubject['caseCount']): Promise<void> {
  const found = sink.repeats === 'lookup' ? await sink.find?.(alertDocument(1), never) : undefined;
  if (found === undefined) {
    const [result] = await sink.send([alertDocument(1)], never);
    assert.equal(result?.status, 'delivered');
  }
  assert.equal(await caseCount(), 1);
}

async function becomes(sending: Promise<readonly SendResult[]>, expected: 'delivered' | ErrorCode): Promise<void> {
  if (expected !== 'delivered') return void (await fails(sending, expected));
  assert.deepEqual(
    (await sending).map(({ status }) => status),
    ['delivered'],
  );
}

/** Resolves with the LurewatchError of that code; whatever else happens is the test's failure. */
export async function fails(work: Promise<unknown>, code: ErrorCode): Promise<LurewatchError> {
  const error = await work.then(
    (value) => assert.fail(`expected ${code}, got ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof LurewatchError, `expected ${code}, got ${String(error)}`);
  assert.equal(error.code, code, error.message);
  assert.equal(error.retryable, catalogue[code].retryable);
  return error;
}

function numbered(count: number): readonly AlertDocument[] {
  return Array.from({ length: count }, (_, index) => alertDocument(index + 1));
}
