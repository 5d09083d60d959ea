import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SinkTurns } from '../../src/sinks/turns.js';

const never = new AbortController().signal;
const cases = { sink: 'cases', on: 'soc' };

/** Work that ends when it is told to. */
class Works {
  readonly started: string[] = [];
  readonly #ends = new Map<string, () => void>();

  readonly work = (name: string) => () =>
    new Promise<string>((resolve) => {
      this.started.push(name);
      this.#ends.set(name, () => resolve(name));
    });

  end(name: string): void {
    this.#ends.get(name)?.();
  }
}

const full = (): never => {
  throw new Error('the line is full');
};

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('turns at a sink', () => {
  it('come to so many at once, the others in their order, and no sink waits for another', async () => {
    const turns = new SinkTurns(() => 2, 8);
    const works = new Works();
    const all = ['a', 'b', 'c', 'd'].map((name) => turns.within(cases, never, works.work(name), full));
    const other = turns.within({ sink: 'misp', on: 'soc' }, never, works.work('other'), full);
    await settled();
    assert.deepEqual(works.started, ['a', 'b', 'other']);
    works.end('b');
    await settled();
    assert.deepEqual(works.started, ['a', 'b', 'other', 'c']);
    for (const name of ['a', 'c', 'other']) works.end(name);
    await settled();
    works.end('d');
    assert.deepEqual(await Promise.all([...all, other]), ['a', 'b', 'c', 'd', 'other']);
  });

  it('are given back by work that fails, and by who leaves the line', async () => {
    const turns = new SinkTurns(() => 1, 8);
    const works = new Works();
    const first = turns.within(cases, never, works.work('first'), full);
    const gone = new AbortController();
    const left = turns.within(cases, gone.signal, works.work('left'), full);
    const failing = turns.within(cases, never, () => Promise.reject(new Error('no')), full);
    const last = turns.within(cases, never, works.work('last'), full);
    await settled();
    const reason = new Error('cancelled');
    gone.abort(reason);
    await assert.rejects(left, reason);
    works.end('first');
    await first;
    await assert.rejects(failing, /no/);
    await settled();
    assert.deepEqual(works.started, ['first', 'last']);
    works.end('last');
    await last;
    await assert.rejects(turns.within(cases, gone.signal, works.work('late'), full), reason);
  });

  it('go to the mailbox that was served longest ago, however many another has waiting', async () => {
    const turns = new SinkTurns(() => 1, 8);
    const works = new Works();
    const small = { sink: 'cases', on: 'small' };
    const names = ['a', 'b', 'c', 'd'];
    const all = names.map((name) => turns.within(cases, never, works.work(name), full));
    const others = ['x', 'y'].map((name) => turns.within(small, never, works.work(name), full));
    await settled();
    const order = ['a', 'x', 'b', 'y', 'c', 'd'];
    for (const [index, name] of order.entries()) {
      assert.deepEqual(works.started, order.slice(0, index + 1));
      works.end(name);
      await settled();
    }
    await Promise.all([...all, ...others]);
  });

  it('are refused at once where the line is as long as it may be', async () => {
    const turns = new SinkTurns(() => 1, 1);
    const works = new Works();
    const all = ['a', 'b'].map((name) => turns.within(cases, never, works.work(name), full));
    await settled();
    await assert.rejects(turns.within(cases, never, works.work('c'), full), /line is full/);
    works.end('a');
    await settled();
    works.end('b');
    assert.deepEqual(await Promise.all(all), ['a', 'b']);
    assert.deepEqual(works.started, ['a', 'b']);
  });
});
