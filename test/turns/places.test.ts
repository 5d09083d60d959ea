import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { onBehalfOf } from '../../src/turns/on-behalf-of.js';
import { Places } from '../../src/turns/places.js';

describe('places', () => {
  it('go round between callers, and keep the order of each', async () => {
    const places = new Places(1);
    const order: string[] = [];
    const flood = {};
    const small = {};
    const use = (caller: object, name: string) => places.use(caller, async () => void order.push(name));
    await Promise.all([
      ...['flood 1', 'flood 2', 'flood 3', 'flood 4'].map((name) => use(flood, name)),
      ...['small 1', 'small 2'].map((name) => use(small, name)),
    ]);
    assert.deepEqual(order, ['flood 1', 'flood 2', 'small 1', 'flood 3', 'small 2', 'flood 4']);
  });

  it('go round between mailboxes, however many callers one has', async () => {
    const places = new Places(1);
    const order: string[] = [];
    const use = (mailbox: string, caller: string) =>
      onBehalfOf(mailbox, () => places.use(caller, async () => void order.push(`${mailbox} ${caller}`)));
    await Promise.all([
      ...['batch 1', 'batch 2', 'batch 3'].map((caller) => use('large', caller)),
      ...['batch 1', 'batch 1'].map((caller) => use('other', caller)),
    ]);
    assert.deepEqual(order, ['large batch 1', 'large batch 2', 'other batch 1', 'large batch 3', 'other batch 1']);
  });

  it('are never more than there are, and free again also after a failure', async () => {
    const places = new Places(3);
    let busy = 0;
    let most = 0;
    const work = async (fails: boolean) => {
      busy += 1;
      most = Math.max(most, busy);
      await new Promise((resolve) => setImmediate(resolve));
      busy -= 1;
      if (fails) throw new Error('refused');
    };
    const calls = Array.from({ length: 20 }, (_, index) => places.use({}, () => work(index % 2 === 0)));
    const ends = await Promise.allSettled(calls);
    assert.equal(ends.filter(({ status }) => status === 'rejected').length, 10);
    assert.equal(most, 3);
    assert.equal(await places.use({}, async () => 'free'), 'free');
  });

  it('are not waited for by who gave up, and lose nobody else his turn', async () => {
    const places = new Places(1);
    const reason = new Error('no longer wanted');
    const controller = new AbortController();
    const order: string[] = [];
    const use = (name: string, signal?: AbortSignal) => places.use('one', async () => void order.push(name), signal);
    let done = () => {};
    const first = places.use('other', () => new Promise<void>((resolve) => (done = resolve)));
    const calls = [use('before'), use('given up', controller.signal), use('after')];
    controller.abort(reason);
    await assert.rejects(calls[1] ?? Promise.resolve(), (error) => error === reason);
    await assert.rejects(use('too late', controller.signal), (error) => error === reason);
    done();
    await Promise.all([first, calls[0], calls[2]]);
    assert.deepEqual(order, ['before', 'after']);
    assert.equal(await places.use('one', async () => 'free'), 'free');
  });

  describe('of which a flooded mailbox is to leave most to another', () => {
    /** Whoever is flooded is held back for as long as one says, to one place or to a share of them. */
    function placesBeside(flood: { isHeldBack: boolean; readonly share?: number }): {
      places: Places;
      ask: (
        mailbox: string,
        caller?: unknown,
      ) => {
        readonly end: () => void;
        readonly begun: () => boolean;
        readonly done: Promise<void>;
      };
    } {
      const places = new Places(4, {
        enter: () => () => {},
        share: (name) => (name === 'flooded' && flood.isHeldBack ? (flood.share ?? 0) : 1),
      });
      const ask = (mailbox: string, caller: unknown = {}) => {
        let begun = false;
        let end = () => {};
        const ended = new Promise<void>((resolve) => (end = resolve));
        const work = () => {
          begun = true;
          return ended;
        };
        const done = onBehalfOf(mailbox, () => places.use(caller, work));
        return { end: () => end(), begun: () => begun, done };
      };
      return { places, ask };
    }

    it('leave it one, and the others to the others', async () => {
      const flood = { isHeldBack: true };
      const { ask } = placesBeside(flood);
      const flooded = [ask('flooded'), ask('flooded'), ask('flooded')];
      assert.deepEqual(
        flooded.map(({ begun }) => begun()),
        [true, false, false],
      );
      const small = [ask('small'), ask('small'), ask('small'), ask('small')];
      assert.deepEqual(
        small.map(({ begun }) => begun()),
        [true, true, true, false],
      );
      // The place that becomes free is not for who waited longer.
      small[0]?.end();
      await small[0]?.done;
      assert.deepEqual([flooded[1]?.begun(), small[3]?.begun()], [false, true]);
      flooded[0]?.end();
      await flooded[0]?.done;
      assert.deepEqual([flooded[1]?.begun(), flooded[2]?.begun()], [true, false]);
      for (const { end } of [...flooded, ...small]) end();
      await Promise.all([...flooded, ...small].map(({ done }) => done));
    });

    it('keep it from standing in the way of another behind it in the line of one caller', async () => {
      const flood = { isHeldBack: false };
      const { ask } = placesBeside(flood);
      const target = {};
      const flooded = Array.from({ length: 6 }, () => ask('flooded', target));
      const small = ask('small', target);
      flood.isHeldBack = true;
      flooded[0]?.end();
      await flooded[0]?.done;
      assert.deepEqual([flooded[4]?.begun(), small.begun()], [false, true]);
      flood.isHeldBack = false;
      for (const { end } of [...flooded, small]) end();
      await Promise.all([...flooded, small].map(({ done }) => done));
    });

    it('leave it as many as are its share', async () => {
      const { ask } = placesBeside({ isHeldBack: true, share: 0.5 });
      const flooded = [ask('flooded'), ask('flooded'), ask('flooded')];
      assert.deepEqual(
        flooded.map(({ begun }) => begun()),
        [true, true, false],
      );
      for (const { end } of flooded) end();
      await Promise.all(flooded.map(({ done }) => done));
    });

    it('go first to what it asked for before, when it is held back no more', async () => {
      const flood = { isHeldBack: true };
      const { ask } = placesBeside(flood);
      const before = Array.from({ length: 4 }, () => ask('flooded'));
      flood.isHeldBack = false;
      const later = ask('flooded');
      await Promise.resolve();
      assert.deepEqual(
        [...before, later].map(({ begun }) => begun()),
        [true, true, true, true, false],
      );
      for (const { end } of [...before, later]) end();
      await Promise.all([...before, later].map(({ done }) => done));
    });

    it('are given to it by themselves once it need not wait, though nobody gives one back', async () => {
      const flood = { isHeldBack: true };
      const { ask } = placesBeside(flood);
      const flooded = [ask('flooded'), ask('flooded'), ask('flooded')];
      flood.isHeldBack = false;
      while (!flooded.every(({ begun }) => begun())) await new Promise((resolve) => setTimeout(resolve, 5));
      for (const { end } of flooded) end();
      await Promise.all(flooded.map(({ done }) => done));
    });
  });
});
