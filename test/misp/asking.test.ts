import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LurewatchError } from '../../src/errors/lurewatch-error.js';
import { feedEvent, held, putBy, revision, signal, startFeedMisp } from '../support/misp-revisions.js';
import { failsWith } from '../support/misp-sink.js';

const links = (count: number) => Array.from({ length: count }, (_, index) => `https://leak.example/${index}`);
const changes = ({ method, path }: { readonly method: string; readonly path: string }) =>
  method === 'POST' && path !== '/events/add';

async function refuse(): Promise<never> {
  throw new LurewatchError('LW_MISP_AMBIGUOUS', 'others write it');
}

test('a call asks before each request that may change an event, and before no other', async (context) => {
  const { server, sink } = await startFeedMisp(context, { role: { publish: true } });
  const asked: number[] = [];
  const mayGoOn = async () => {
    asked.push(server.requests.filter(changes).length);
  };
  const first = feedEvent();
  await sink.send([revision(first)], signal, mayGoOn);
  assert.deepEqual(asked, [], 'a new event cannot be written over another');
  await sink.send(
    [revision(feedEvent({ urls: links(1_200) }), { before: putBy(first), publish: true })],
    signal,
    mayGoOn,
  );
  await sink.tag(first.uuid, 'gone', signal, mayGoOn);
  const made = server.requests.filter(changes).length;
  assert.ok(made >= 5, `${made} changes`);
  assert.deepEqual(
    asked,
    Array.from({ length: made }, (_, index) => index),
  );
});

test('nothing more is sent once it may not go on', async (context) => {
  const { server, sink } = await startFeedMisp(context);
  const first = feedEvent();
  await sink.send([revision(first)], signal);
  const before = held(server, first).info;
  const changed = revision(feedEvent({ info: 'changed' }), { before: putBy(first), publish: true });
  await failsWith(sink.send([changed], signal, refuse), 'LW_MISP_AMBIGUOUS');
  await failsWith(sink.tag(first.uuid, 'gone', signal, refuse), 'LW_MISP_AMBIGUOUS');
  assert.deepEqual(server.requests.filter(changes), []);
  assert.equal(held(server, first).info, before);
});
