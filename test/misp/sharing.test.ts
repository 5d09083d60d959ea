import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharingDifference } from '../../src/misp/sharing.js';
import { ToldOnce } from '../../src/misp/told-once.js';
import { feedEvent, putBy, revision, sendRevision, signal, startFeedMisp } from '../support/misp-revisions.js';
import { told } from '../support/warnings.js';

const group = { distribution: '4', sharing_group_id: '7' };

test('another distribution than that of MISP is told, once and not with each event, and shown beforehand', async (context) => {
  const { sink } = await startFeedMisp(context);
  const expected = 'MISP has distribution 0, the feed says 3: change it in MISP';
  const said: string[] = [];
  for (const key of ['one', 'two']) {
    const first = feedEvent({ key });
    assert.equal((await sendRevision(sink, revision(first))).warnings, undefined);
    const wider = revision({ ...first, distribution: '3' }, { before: putBy(first) });
    assert.deepEqual(await sink.preview(wider, signal), { action: 'unchanged', changes: [expected] });
    said.push(told(await sendRevision(sink, wider)));
  }
  assert.deepEqual(said, [`${expected} [LW_WARN_SHARING]`, '']);
});

test('sharing groups differ only where both are known', () => {
  const there = { distribution: '4', sharingGroup: '8' };
  assert.match(sharingDifference(there, group) ?? '', /sharing group 8, the feed says 7/);
  assert.equal(sharingDifference({ ...there, sharingGroup: '7' }, group), undefined);
  assert.equal(sharingDifference({ ...there, sharingGroup: '' }, group), undefined);
  assert.equal(sharingDifference({ distribution: '', sharingGroup: '' }, group), undefined);
  assert.match(sharingDifference({ distribution: '0', sharingGroup: '0' }, group) ?? '', /distribution 0.*says 4/);
});

test('what was told is told again after five minutes', () => {
  const once = new ToldOnce();
  assert.deepEqual(once.due(['a', 'b'], 0), ['a', 'b']);
  assert.deepEqual(once.due(['a', 'c'], 299_000), ['c']);
  assert.deepEqual(once.due(['a', 'c'], 301_000), ['a']);
});
