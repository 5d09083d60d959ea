import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { previewWords } from '../../src/cli/import-result.js';
import type { EventPreview } from '../../src/workflows/feed-types.js';

const counts = { rows: 9, created: 1, updated: 2, unchanged: 3, rejected: 0 };
const shown = (...actions: readonly EventPreview['action'][]): readonly EventPreview[] =>
  actions.map((action) => ({ action, file: 'feed.csv', row: 2, changes: [], event: {} }));

describe('the words of a dry run', () => {
  it('are sure where every event was looked at', () => {
    const words = previewWords({ ...counts, preview: shown('create', 'update', 'update') });
    assert.deepEqual(words, [
      'Dry run, nothing was written: 9 rows; 1 event would be created, 2 updated, 3 would stay as they are; 0 rows would be rejected.',
    ]);
  });

  it('say at most of events that were not looked at', () => {
    const words = previewWords({ ...counts, preview: shown('create', 'update') }).join('\n');
    assert.match(words, /1 event would be created, at most 2 updated, at least 3 would stay/);
    assert.match(words, /Only the first 2 events are shown; at most 1 more would be written/);
  });

  it('are sure of events that are to be created, shown or not', () => {
    const words = previewWords({ ...counts, preview: shown('update', 'update') }).join('\n');
    assert.doesNotMatch(words, /at most|at least/);
    assert.match(words, /Only the first 2 events are shown; 1 more would be written/);
  });
});
