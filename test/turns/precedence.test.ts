import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Precedence } from '../../src/turns/precedence.js';

/** A process of which one says how late it is, and how much time it has to spare. */
function process(): { precedence: Precedence; clock: { ms: number; spare: number } } {
  const clock = { ms: 0, spare: 0.25 };
  return {
    clock,
    precedence: new Precedence(
      () => clock.spare,
      () => clock.ms,
    ),
  };
}

function serve(precedence: Precedence, name: string, pieces: number): void {
  for (let piece = 0; piece < pieces; piece++) precedence.enter(name)();
}

describe('precedence', () => {
  it('is with the mailbox that had less than half, and with nobody else', () => {
    const { precedence } = process();
    serve(precedence, 'flooded', 100);
    serve(precedence, 'small', 49);
    assert.equal(precedence.share('flooded'), 0.25);
    assert.equal(precedence.share('small'), 1);
    serve(precedence, 'small', 1);
    assert.equal(precedence.share('flooded'), 1);
  });

  it('holds nobody back who is alone, however much he had', () => {
    const { precedence } = process();
    serve(precedence, 'flooded', 100_000);
    assert.equal(precedence.share('flooded'), 1);
  });

  it('holds nobody back while there is enough for all', () => {
    const { precedence, clock } = process();
    serve(precedence, 'flooded', 100);
    serve(precedence, 'small', 1);
    clock.spare = 1;
    assert.equal(precedence.share('flooded'), 1);
    clock.spare = 0;
    assert.equal(precedence.share('flooded'), 0);
  });

  it('ends a moment after the smaller one asked for something last, and not while it waits', () => {
    const { precedence, clock } = process();
    serve(precedence, 'flooded', 100);
    const ended = precedence.enter('small');
    clock.ms += 1000;
    assert.equal(precedence.share('flooded'), 0.25);
    ended();
    clock.ms += 100;
    assert.equal(precedence.share('flooded'), 0.25);
    clock.ms += 100;
    assert.equal(precedence.share('flooded'), 1);
  });

  it('does not hold back for a request that hangs', () => {
    const { precedence, clock } = process();
    serve(precedence, 'flooded', 100);
    precedence.enter('small');
    clock.ms += 2001;
    serve(precedence, 'flooded', 100);
    assert.equal(precedence.share('flooded'), 1);
  });

  it('forgets what was long ago', () => {
    const { precedence, clock } = process();
    serve(precedence, 'once flooded', 1000);
    clock.ms += 60_000;
    serve(precedence, 'flooded now', 100);
    serve(precedence, 'once flooded', 1);
    assert.equal(precedence.share('once flooded'), 1);
    assert.equal(precedence.share('flooded now'), 0.25);
  });
});
