import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ManifestEntry } from '../../../src/feeds/sources/misp-manifest.js';
import {
  eventsAfter,
  lookingAgain,
  planFetch,
  rememberedEvents,
  stateAfter,
  untouchedBy,
} from '../../../src/feeds/sources/remembered-events.js';
import type { SourceState } from '../../../src/feeds/sources/source.js';
import { numberedUuid } from '../../support/misp-feed-site.js';

const [one, two, three] = [numberedUuid(1), numberedUuid(2), numberedUuid(3)];
const base = 'https://feeds.test/osint/';

function state(events: NonNullable<SourceState['list']>['events']): SourceState {
  return { of: 'x', etag: '"1"', list: { of: 'here', base, events } };
}

function entries(...timestamps: readonly (readonly [string, string])[]): ReadonlyMap<string, ManifestEntry> {
  return new Map(timestamps.map(([uuid, timestamp]) => [uuid, { uuid, written: uuid, timestamp }]));
}

describe('what is remembered of a list of events', () => {
  it('is what rows that came to their end were made of, and the server may say that nothing changed', () => {
    const whole = state({ [one]: '5', [two]: '6' });
    assert.deepEqual(stateAfter(whole, [], false, 9), whole);
    assert.deepEqual(stateAfter({ etag: '"1"' }, ['https://feeds.test/a.csv'], false, 9), { etag: '"1"' });
    assert.deepEqual(stateAfter({ etag: '"1"' }, ['https://feeds.test/a.csv'], true, 9), {});
  });

  it('is without events that have a rejected row, and then the server is not asked whether anything changed', () => {
    const files = [
      `${base}${one.toUpperCase()}.json`,
      `${base}${two}.json!inner.json`,
      `https://elsewhere.test/${three}.json`,
    ];
    const { etag, list } = stateAfter(state({ [one]: '5', [two]: '6', [three]: '7' }), files, true, 9);
    assert.deepEqual(
      [etag, list?.events],
      [undefined, { [one]: { triedAtMs: 9 }, [two]: { triedAtMs: 9 }, [three]: '7' }],
    );
  });

  it('is, before an import writes, only what it does not touch, without what the server said of the list then', () => {
    const before = state({ [one]: '5', [two]: '6', [three]: { triedAtMs: 1 } });
    assert.equal(untouchedBy(before, before), undefined);
    const changed = state({ [one]: '5', [two]: '7', [three]: '8' });
    const kept = { [one]: '5', [three]: { triedAtMs: 1 } };
    assert.deepEqual(untouchedBy(before, changed), { list: { of: 'here', base, events: kept } });
    const left = state({ [one]: '5' });
    assert.deepEqual(untouchedBy(before, left), { list: { of: 'here', base, events: kept } });
    for (const other of [{}, { etag: '"1"' }, undefined, { list: 7 }])
      assert.equal(untouchedBy(other, left), undefined);
  });

  it('is not that of an event whose file is older than the list, but the second time that is what there is', () => {
    const now = state({ [one]: '5', [two]: '6' });
    const once = lookingAgain(now, undefined, [one], 9);
    assert.deepEqual([once.etag, once.list?.events], [undefined, { [one]: { triedAtMs: 9, older: '5' }, [two]: '6' }]);
    assert.deepEqual(lookingAgain(now, once, [one], 10), now);
    const changed = state({ [one]: '7', [two]: '6' });
    assert.deepEqual(lookingAgain(changed, once, [one], 10).list?.events[one], { triedAtMs: 10, older: '7' });
  });

  it('forgets what is not listed, and what has no timestamp or could not be had', () => {
    const remembered = rememberedEvents(state({ [one]: '5', [two]: '6', [three]: '7' }), 'here');
    const listed = entries([one, '5'], [two, '8'], [three, '']);
    const noted = eventsAfter(remembered, listed, [{ uuid: three, timestamp: '' }], [{ uuid: two, timestamp: '8' }], 9);
    assert.deepEqual(noted, { [one]: '5', [two]: { triedAtMs: 9 }, [three]: { triedAtMs: 9 } });
  });
});

describe('what is fetched of a list', () => {
  it('are new events and those of another timestamp, the newest first, and what failed after them', () => {
    const four = numberedUuid(4);
    const remembered = rememberedEvents(
      state({ [one]: '5', [two]: { triedAtMs: 3 }, [three]: { triedAtMs: 2 }, [four]: '9' }),
      'here',
    );
    const listed = entries([two, '9'], [three, '6'], [one, '5'], [four, '8'], [numberedUuid(5), '7']);
    const { unchanged, wanted } = planFetch(listed, remembered);
    assert.deepEqual(
      [unchanged.map(({ uuid }) => uuid), wanted.map(({ uuid }) => uuid)],
      [[one], [four, numberedUuid(5), three, two]],
    );
  });

  it('is everything where another list was remembered', () => {
    const remembered = rememberedEvents(state({ [one]: '5' }), 'elsewhere');
    assert.equal(planFetch(entries([one, '5']), remembered).wanted.length, 1);
  });
});
