import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import type { AlertDocument } from '../../src/alerts/types.js';
import type { Sink } from '../../src/sinks/sink.js';
import { MailMemory } from '../../src/soar/mail-memory.js';
import { ScriptedSink } from '../support/scripted-sink.js';
import { alertDocument } from '../support/soar-documents.js';
import { eventually } from '../support/temporal.js';

const tiers = [
  { bytes: 100, atATime: Number.POSITIVE_INFINITY },
  { bytes: 1_000, atATime: 2 },
  { bytes: Number.POSITIVE_INFINITY, atATime: 1 },
];
type Size = 50 | 500 | 5_000;
const never = new AbortController().signal;

/** A target that keeps each call, once it has the mail, until the test opens the gate. */
class Desk {
  readonly memory: MailMemory;
  readonly streams: Readable[] = [];
  readonly has = new Map<Size, number>();
  readonly most = new Map<Size, number>();
  readonly #mails = new Map<string, Buffer>();
  open: () => void = () => undefined;
  readonly #gate = new Promise<void>((resolve) => {
    this.open = resolve;
  });
  readonly sink: Sink;

  constructor() {
    this.memory = new MailMemory(tiers);
    const opening = this.memory.opening(async (sha256) => {
      const stream = Readable.from((this.#mails.get(sha256)?.toString('latin1') ?? '').match(/.{1,40}/g) ?? []).map(
        (text) => Buffer.from(text),
      );
      this.streams.push(stream);
      return stream;
    });
    this.sink = this.memory.holding(
      Object.assign(new ScriptedSink(), {
        send: async ([document]: readonly AlertDocument[]) => {
          const { evidence, attachOriginal } = document ?? assert.fail();
          if (attachOriginal !== true) return [{ status: 'delivered', reference: '' }] as const;
          const mail = await buffer((await opening(evidence)) ?? assert.fail());
          const size = mail.length as Size;
          const now = (this.has.get(size) ?? 0) + 1;
          this.has.set(size, now);
          this.most.set(size, Math.max(now, this.most.get(size) ?? 0));
          await this.#gate;
          this.has.set(size, (this.has.get(size) ?? 0) - 1);
          if (document?.subject === 'fails') throw new Error('fails');
          return [{ status: 'delivered', reference: createHash('sha256').update(mail).digest('hex') }] as const;
        },
      }),
    );
  }

  document(number: number, size: Size): AlertDocument {
    const mail = Buffer.alloc(size, `${number} `);
    const evidence = createHash('sha256').update(mail).digest('hex');
    this.#mails.set(evidence, mail);
    return { ...alertDocument(number), evidence, attachOriginal: true };
  }

  async until(size: Size, count: number): Promise<void> {
    await eventually(async () => (this.has.get(size) === count ? true : undefined), `${count} mails of ${size} bytes`);
  }
}

describe('mails that go with their alerts', () => {
  it('are in memory a few at a time where they are large, and keep no small one waiting', async () => {
    const desk = new Desk();
    const documents = ([5_000, 500, 50] as const).flatMap((size) =>
      [1, 2, 3, 4].map((number) => desk.document(size + number, size)),
    );
    const sent = Promise.all(documents.map((document) => desk.sink.send([document], never)));
    await desk.until(50, 4);
    await desk.until(5_000, 1);
    assert.deepEqual(await desk.sink.send([alertDocument(9)], never), [{ status: 'delivered', reference: '' }]);
    desk.open();
    const references = (await sent).map(([result]) => result?.status === 'delivered' && result.reference);
    assert.deepEqual(
      references,
      documents.map(({ evidence }) => evidence),
    );
    assert.equal(desk.most.get(5_000), 1);
    assert.ok((desk.most.get(500) ?? 0) <= 2);
    assert.ok(desk.streams.every(({ destroyed }) => destroyed));
  });

  it('wait for no larger ones that wait', async () => {
    const desk = new Desk();
    const large = [1, 2, 3, 4].map((number) => desk.sink.send([desk.document(number, 5_000)], never));
    await desk.until(5_000, 1);
    const middling = [5, 6].map((number) => desk.sink.send([desk.document(number, 500)], never));
    await desk.until(500, 2);
    desk.open();
    await Promise.all([...large, ...middling]);
    assert.equal(desk.most.get(5_000), 1);
  });

  it('are all there at once where they are small', async () => {
    const desk = new Desk();
    const sent = [1, 2, 3].map((number) => desk.sink.send([desk.document(number, 50)], never));
    await desk.until(50, 3);
    desk.open();
    await Promise.all(sent);
  });

  it('give their place back when the call fails, and wait no longer than their call', async () => {
    const desk = new Desk();
    const failing = [1, 2].map((number) => ({ ...desk.document(number, 500), subject: 'fails' }));
    const failed = Promise.allSettled(failing.map((document) => desk.sink.send([document], never)));
    await desk.until(500, 2);
    const stop = new AbortController();
    const waiting = desk.sink.send([desk.document(3, 500)], stop.signal);
    const reason = new Error('told to stop');
    stop.abort(reason);
    await assert.rejects(waiting, (error) => error === reason);
    desk.open();
    assert.deepEqual(
      (await failed).map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    const [result] = await desk.sink.send([desk.document(4, 5_000)], never);
    assert.equal(result?.status, 'delivered');
  });
});
