import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { RecentRecords } from '../../src/store/s3/recent-records.js';

const mebibyte = 1024 * 1024;

describe('records that were created a moment ago', () => {
  it('are at hand until they are removed', () => {
    const recent = new RecentRecords();
    recent.keep('k/1', Buffer.from('one'));
    assert.equal(recent.get('k/1')?.toString(), 'one');
    recent.forget('k/1');
    recent.forget('k/1');
    assert.equal(recent.get('k/1'), undefined);
  });

  it('make room for newer ones', () => {
    const recent = new RecentRecords();
    for (let index = 0; index < 40; index += 1) recent.keep(`k/${index}`, Buffer.alloc(mebibyte));
    const kept = Array.from({ length: 40 }, (_, index) => recent.get(`k/${index}`) !== undefined);
    assert.deepEqual(
      kept,
      kept.map((_, index) => index >= 8),
    );
    recent.keep('k/large', Buffer.alloc(mebibyte + 1));
    assert.equal(recent.get('k/large'), undefined);
  });

  it('are asked for again after a minute', () => {
    let nowMs = 1_000;
    const clock = mock.method(performance, 'now', () => nowMs);
    try {
      const recent = new RecentRecords();
      recent.keep('k/1', Buffer.from('one'));
      nowMs += 59_000;
      assert.notEqual(recent.get('k/1'), undefined);
      nowMs += 1_000;
      assert.equal(recent.get('k/1'), undefined);
    } finally {
      clock.mock.restore();
    }
  });
});
