import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { MispFeedRevisionSink } from '../../src/misp/feed-revision-sink.js';
import { takenEvent } from '../../src/misp/revisions.js';
import { feedFolder, organisation } from '../support/misp-feed.js';
import { feedEvent, held, revision, sendRevision, signal, startFeedMisp, values } from '../support/misp-revisions.js';

const there = feedEvent({ info: 'of an analyst', tags: ['tlp:red'] });
const said = feedEvent({
  info: 'of the feed',
  date: '2026-05-05',
  tags: ['harmless'],
  urls: ['https://other.example/'],
});
const onlyAdd = { onlyAdd: true } as const;

test('an event of others is neither read nor changed: the answer to the first request tells', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  await sendRevision(sink, revision(there));
  const before = structuredClone(held(server, there));
  for (const known of [false, true]) {
    const asked = server.requests.length;
    assert.deepEqual(await sink.send([revision(said, { ...onlyAdd, known })], signal), [takenEvent]);
    assert.deepEqual(
      server.requests.slice(asked).map(({ path }) => path),
      ['/events/add'],
    );
  }
  held(server, there).visible = false;
  assert.deepEqual(await sink.send([revision(said, onlyAdd)], signal), [takenEvent]);
  assert.deepEqual(held(server, there), { ...before, visible: false });
});

test('an event that is only to be added, and is, is completed like any other', async (context) => {
  for (const kind of ['slow', 'cut-after-store', 'partial'] as const) {
    const { server, sink } = await startFeedMisp(context);
    server.fault({ match: '/events/add', kind, attributes: 1 });
    const result = await sendRevision(sink, revision(said, onlyAdd));
    assert.deepEqual([kind, result.action, result.warnings], [kind, 'created', undefined]);
    assert.deepEqual([kind, values(held(server, said))], [kind, ['Example Corp', 'https://other.example/']]);
  }
});

test('a refusal of such an event says that nothing of it is there', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  server.blocked.add(said.uuid);
  const reason = 'Event blocked by event blocklist.';
  assert.deepEqual(await sink.send([revision(said, onlyAdd)], signal), [
    { status: 'rejected', code: 'LW_ROW_BLOCKED', reason, untouched: true },
  ]);
});

test('the file of an event of others stays to the byte, and the others of its call are written', async (context) => {
  const folder = await feedFolder(context);
  const sink = new MispFeedRevisionSink({ folder, organisation });
  await sendRevision(sink, revision(there));
  const text = () => readFile(join(folder, `${there.uuid}.json`), 'utf8');
  const before = await text();
  const other = feedEvent({ key: 'other' });
  const results = await sink.send([revision(said, onlyAdd), revision(other, onlyAdd)], signal);
  assert.deepEqual(
    results.map((result) => (result.status === 'delivered' ? result.action : result.code)),
    ['LW_ROW_TAKEN', 'created'],
  );
  assert.equal(await text(), before);
  assert.equal((await sendRevision(sink, revision(said))).action, 'updated');
});
