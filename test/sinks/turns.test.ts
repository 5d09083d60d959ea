import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SinkTurns } from '../../src/sinks/turns.js';

const never = new AbortController().signal;

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

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('turns at a sink', () => {
  it('come to so many at once, the others in their order, and no sink waits for another', async () => {
    const turns = new SinkTurns(2);
    const works = new Works();
    const all = ['a', 'b', 'c', 'd'].map((name) => turns.within('cases', never, works.work(name)));
    const other = turns.within('misp', never, works.work('other'));
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
    const turns = new SinkTurns(1);
    const works = new Works();
    const first = turns.within('cases', never, works.work('first'));
    const gone = new AbortController();
    const left = turns.within('cases', gone.signal, works.work('left'));
    const failing = turns.within('cases', never, () => Promise.reject(new Error('no')));
    const last = turns.within('cases', never, works.work('last'));
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
    await assert.rejects(turns.within('cases', gone.signal, works.work('late')), reason);
  });
});
