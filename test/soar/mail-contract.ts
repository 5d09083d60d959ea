import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import type { AlertDocument } from '../../src/alerts/types.js';
import { LurewatchError } from '../../src/errors/lurewatch-error.js';
import type { Sink } from '../../src/sinks/sink.js';
import type { OpenOriginal } from '../../src/soar/original.js';
import type { Fault, ScriptedServer } from '../support/scripted-server.js';
import { alertDocument } from '../support/soar-documents.js';
import { told } from '../support/warnings.js';
import { fails } from './contract.js';

const never = new AbortController().signal;

/** A mail with bytes that are no UTF-8, as mails are. */
export const mail = Buffer.from('Subject: \xe4\r\n\r\nraw \x00 bytes', 'latin1');
/** The alert that it goes with. */
export const attached: AlertDocument = {
  ...alertDocument(1),
  evidence: createHash('sha256').update(mail).digest('hex'),
  attachOriginal: true,
};

export const holding: OpenOriginal = async (sha256) =>
  sha256 === attached.evidence ? Readable.from([mail.subarray(0, 5), mail.subarray(5)]) : undefined;
export const away: OpenOriginal = async () => {
  throw new LurewatchError('LW_STORE_UNAVAILABLE', 'the bucket does not answer');
};

export interface MailContractSubject {
  readonly sink: Sink;
  readonly server: ScriptedServer;
  /** The path of the request that creates the case, and of the one that brings the mail, where that is another. */
  readonly createPath: string | RegExp;
  readonly uploadPath?: RegExp;
  caseCount(): number;
  /** The mails that cases have, each as often as it was brought. */
  mails(): readonly Buffer[];
  /** All that the only case says. */
  said(): string;
}

/** What every target over HTTP does that takes the mail itself along. `make` closes nothing; `close` is of the server. */
export function mailContract(label: string, make: (originals: OpenOriginal) => Promise<MailContractSubject>): void {
  async function withSubject(originals: OpenOriginal, body: (subject: MailContractSubject) => Promise<void>) {
    const subject = await make(originals);
    try {
      await body(subject);
    } finally {
      await subject.sink.close();
      await subject.server.close();
    }
  }

  describe(`${label}: the mail itself`, () => {
    test('goes with the alert, to the byte, once, however often that is sent', () =>
      withSubject(holding, async (subject) => {
        const [result] = await subject.sink.send([attached], never);
        assert.ok(result?.status === 'delivered');
        assert.equal(told(result), '');
        await arrives(subject);
        await subject.sink.send([attached], never);
        assert.deepEqual([subject.caseCount(), subject.mails()], [1, [mail]]);
      }));

    test('stays behind where the target rejects it, and case and warning say so', async () => {
      // What looks for malware in front of a target refuses as if for the key, or the address.
      for (const status of [413, 400, 403, 404]) {
        await withSubject(holding, async (subject) => {
          subject.server.fault({ kind: 'status', status, path: subject.uploadPath ?? subject.createPath });
          const [result] = await subject.sink.send([attached], never);
          assert.ok(result?.status === 'delivered');
          const words = `the mail itself did not go with the alert: the target answered ${status} [LW_WARN_ORIGINAL]`;
          assert.equal(told(result), words);
          assert.deepEqual([subject.caseCount(), subject.mails()], [1, []]);
          assert.match(subject.said(), new RegExp(`evidence ${attached.evidence}`));
          if (subject.sink.repeats === 'lookup') assert.notEqual(await subject.sink.find?.(attached, never), undefined);
        });
      }
    });

    test('is not why an alert is held that is rejected by itself', () =>
      withSubject(holding, async (subject) => {
        subject.server.fault({ kind: 'status', status: 413, path: subject.createPath, times: 2 });
        const [result] = await subject.sink.send([attached], never);
        assert.ok(result?.status === 'rejected');
        assert.match(result.reason, /413/);
        assert.equal(subject.caseCount(), 0);
      }));

    test('is neither doubled nor forgotten by an attempt that was cut off, whichever request that was', async () => {
      for (const kind of ['cut-before-read', 'cut-after-read'] satisfies readonly Fault['kind'][]) {
        for (const which of ['createPath', 'uploadPath'] as const) {
          await withSubject(holding, async (subject) => {
            const path = subject[which];
            if (path === undefined) return;
            subject.server.fault({ kind, path });
            await fails(subject.sink.send([attached], never), 'LW_TARGET_AMBIGUOUS');
            await arrives(subject);
          });
        }
      }
    });

    test('comes later, and counts as in doubt, where it has to wait though the case is there', () =>
      withSubject(holding, async (subject) => {
        if (subject.uploadPath === undefined) return;
        const headers = { 'retry-after': '7' };
        subject.server.fault({ kind: 'status', status: 429, headers, path: subject.uploadPath });
        const error = await fails(subject.sink.send([attached], never), 'LW_TARGET_AMBIGUOUS');
        assert.equal(error.retryAfterMs, 7_000);
        assert.deepEqual([subject.caseCount(), subject.mails()], [1, []]);
        await arrives(subject);
      }));

    test('is waited for while the store is away: nothing is created', () =>
      withSubject(away, async ({ sink, caseCount }) => {
        await fails(sink.send([attached], never), 'LW_TARGET_UNAVAILABLE');
        assert.equal(caseCount(), 0);
      }));
  });
}

/** What the delivery does after an attempt without an answer, as after any other: asks, and sends what is not there. */
async function arrives({ sink, caseCount, mails }: MailContractSubject): Promise<void> {
  const found = sink.repeats === 'lookup' ? await sink.find?.(attached, never) : undefined;
  if (found === undefined) {
    const [result] = await sink.send([attached], never);
    assert.equal(result?.status, 'delivered');
  }
  assert.deepEqual([caseCount(), mails()], [1, [mail]]);
}
