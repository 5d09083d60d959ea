import assert from 'node:assert/strict';
import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { LurewatchError } from '../../src/errors/lurewatch-error.js';
import { noteChanges } from '../../src/misp/feed/journal.js';
import { MispFeedRevisionSink } from '../../src/misp/feed-revision-sink.js';
import type { EventRevision } from '../../src/misp/revisions.js';
import { mispDocument } from '../support/misp-documents.js';
import { feedFolder, feedSink, organisation, readFeed, readManifest } from '../support/misp-feed.js';
import { feedEvent, putBy, revision, signal } from '../support/misp-revisions.js';
import { failsWith } from '../support/misp-sink.js';

const attributesSchema = z.array(z.object({ value: z.string() }));
const fileSchema = z.object({
  Event: z.object({
    info: z.string(),
    Tag: z.array(z.object({ name: z.string() })),
    Attribute: attributesSchema,
    Object: z.array(z.object({ Attribute: attributesSchema })).default([]),
  }),
});

const first = feedEvent({ posts: ['https://a.example/'] });
const second = feedEvent({ info: 'changed', urls: ['https://leak.example/2'] });
const secondRevision = revision(second, { before: putBy(first) });

function revisionSink(folder: string): MispFeedRevisionSink {
  return new MispFeedRevisionSink({ folder, organisation });
}

async function send(folder: string, ...revisions: readonly EventRevision[]): Promise<readonly (string | undefined)[]> {
  const results = await revisionSink(folder).send(revisions, signal);
  return results.map((result) => (result.status === 'delivered' ? result.action : result.reason));
}

function numbered(count: number, info: string): readonly EventRevision[] {
  return Array.from({ length: count }, (_, index) => revision(feedEvent({ key: String(index), info })));
}

async function entry(folder: string, uuid: string): Promise<{ readonly info: string; readonly timestamp: number }> {
  return z.object({ info: z.string(), timestamp: z.number() }).parse((await readManifest(folder))[uuid]);
}

test('a revision replaces the file of its event, with a newer timestamp, in file and manifest', async (context) => {
  const folder = await feedFolder(context);
  assert.deepEqual(await send(folder, revision(first)), ['created']);
  assert.equal((await entry(folder, first.uuid)).timestamp, Date.UTC(2026, 2, 1) / 1000);
  assert.deepEqual(await send(folder, secondRevision), ['updated']);
  await revisionSink(folder).settle(signal);
  assert.deepEqual(await entry(folder, first.uuid), { info: 'changed', timestamp: Date.UTC(2026, 2, 2) / 1000 });
  const text = await readFile(join(folder, `${first.uuid}.json`), 'utf8');
  assert.ok(text.includes('https://leak.example/2') && !text.includes('https://leak.example/1'));
  const hashes = ((await readFeed(folder)).get('hashes.csv') ?? '').trimEnd().split('\n');
  assert.equal(hashes.length, second.Attribute.length);
});

test('the same revisions give the same bytes in another folder, in other calls', async (context) => {
  const [one, other] = [await feedFolder(context), await feedFolder(context)];
  await send(one, revision(first), ...numbered(5, 'x'));
  await send(one, secondRevision);
  await revisionSink(one).settle(signal);
  for (const each of [...numbered(5, 'x').toReversed(), secondRevision]) await send(other, each);
  await revisionSink(other).settle(signal);
  const lines = (text: string | undefined): string[] => (text ?? '').split('\n').sort();
  const [left, right] = [await readFeed(one), await readFeed(other)];
  assert.deepEqual(await readManifest(one), await readManifest(other));
  assert.deepEqual([...left.keys()], [...right.keys()]);
  for (const [name, text] of left) {
    if (name === 'hashes.csv') assert.deepEqual(lines(text), lines(right.get(name)));
    else if (name !== 'manifest.json') assert.equal(text, right.get(name), name);
  }
});

test('a part of the feed takes only those tags out of the file that its revision takes back', async (context) => {
  const folder = await feedFolder(context);
  await send(folder, revision(feedEvent({ tags: ['a', 'left', 'b'] })));
  const part = feedEvent({ tags: ['a'], urls: ['https://l.example/2'] });
  for (const before of [
    { ...putBy(part), tags: ['a', 'Left'] },
    { ...putBy(part), tried: { ...putBy(part), tags: ['B'] } },
  ]) {
    const back = revision(part, { before, keeps: true });
    assert.deepEqual(await send(folder, back), ['updated']);
    assert.deepEqual(await send(folder, back), ['unchanged']);
  }
  const { Event } = fileSchema.parse(JSON.parse(await readFile(join(folder, `${part.uuid}.json`), 'utf8')));
  assert.deepEqual(
    Event.Tag.map(({ name }) => name),
    ['a'],
  );
  assert.deepEqual(
    Event.Attribute.map(({ value }) => value),
    ['Example Corp', 'https://l.example/2', 'https://leak.example/1'],
  );
});

test('a part of the feed leaves what the file has beside it, in it: attributes, objects and tags', async (context) => {
  const folder = await feedFolder(context);
  await send(
    folder,
    revision(
      feedEvent({
        tags: ['a', 'b'],
        urls: ['https://l.example/1', 'https://l.example/2'],
        posts: ['https://a.example/'],
      }),
    ),
  );
  const part = feedEvent({
    info: 'changed',
    tags: ['B', 'c'],
    urls: ['https://l.example/2', 'https://l.example/3'],
    posts: ['https://b.example/'],
  });
  const partly = revision(part, { before: putBy(part), keeps: true });
  assert.equal((await revisionSink(folder).preview(partly)).action, 'update');
  assert.deepEqual(await send(folder, partly), ['updated']);
  const written = await readFile(join(folder, `${part.uuid}.json`), 'utf8');
  const { Event } = fileSchema.parse(JSON.parse(written));
  assert.equal(Event.info, 'changed');
  assert.deepEqual(
    Event.Tag.map(({ name }) => name),
    ['B', 'c', 'a'],
  );
  assert.deepEqual(
    Event.Attribute.map(({ value }) => value),
    ['Example Corp', 'https://l.example/2', 'https://l.example/3', 'https://l.example/1'],
  );
  assert.deepEqual(
    Event.Object.map(({ Attribute }) => Attribute.map(({ value }) => value)),
    [
      ['https://b.example/', 'lockbit'],
      ['https://a.example/', 'lockbit'],
    ],
  );
  // As after a crash between the file and the outcome.
  assert.deepEqual(await send(folder, partly), ['unchanged']);
  assert.equal((await revisionSink(folder).preview(partly)).action, 'unchanged');
  assert.equal(await readFile(join(folder, `${part.uuid}.json`), 'utf8'), written);
  // The whole feed again: what it no longer names leaves the file.
  assert.deepEqual(await send(folder, revision(part, { before: putBy(part), atMs: Date.UTC(2026, 3, 1) })), [
    'updated',
  ]);
  assert.equal((await readFile(join(folder, `${part.uuid}.json`), 'utf8')).includes('https://l.example/1'), false);
});

test('a part of an object leaves what else the object has', async (context) => {
  const folder = await feedFolder(context);
  const [object] = first.Object ?? [];
  assert.ok(object !== undefined);
  await send(folder, revision(first));
  const part = { ...first, Attribute: [], Object: [{ ...object, Attribute: object.Attribute.slice(1) }] };
  assert.deepEqual(await send(folder, revision(part, { keeps: true })), ['updated']);
  const { Event } = fileSchema.parse(JSON.parse(await readFile(join(folder, `${first.uuid}.json`), 'utf8')));
  assert.equal(Event.Object[0]?.Attribute.length, object.Attribute.length);
  assert.equal(Event.Attribute.length, first.Attribute.length);
});

test('a change has a newer timestamp than the file, also within a second and by a clock that is behind', async (context) => {
  const folder = await feedFolder(context);
  await send(folder, revision(first));
  const { timestamp } = await entry(folder, first.uuid);
  for (const atMs of [timestamp * 1000, (timestamp - 3600) * 1000]) {
    const info = `changed at ${atMs}`;
    const changed = revision({ ...second, info }, { before: putBy(first), atMs });
    const before = (await entry(folder, first.uuid)).timestamp;
    assert.deepEqual(await send(folder, changed), ['updated']);
    assert.deepEqual(await send(folder, changed), ['unchanged']);
    assert.deepEqual(await entry(folder, first.uuid), { info, timestamp: before + 1 });
  }
});

test('a revision that is sent again writes nothing', async (context) => {
  const folder = await feedFolder(context);
  await send(folder, revision(first));
  const before = await readFeed(folder);
  const old = new Date(2020, 0, 1);
  for (const name of before.keys()) await utimes(join(folder, name), old, old);
  assert.deepEqual(await send(folder, revision(first)), ['unchanged']);
  assert.deepEqual(await readFeed(folder), before);
  for (const name of before.keys()) assert.deepEqual((await stat(join(folder, name))).mtime, old, name);
});

test('indexes wait while few of many events change, and settle brings them', async (context) => {
  const folder = await feedFolder(context);
  await send(folder, ...numbered(100, 'old'));
  const manifest = await stat(join(folder, 'manifest.json'));
  await send(folder, ...numbered(3, 'new'));
  assert.equal((await stat(join(folder, 'manifest.json'))).mtimeMs, manifest.mtimeMs);
  const [one] = numbered(1, 'new');
  assert.ok(one !== undefined);
  assert.equal((await entry(folder, one.event.uuid)).info, 'old');
  await revisionSink(folder).settle(signal);
  assert.equal((await entry(folder, one.event.uuid)).info, 'new');
  assert.equal((await readFeed(folder)).has('.lurewatch-changed'), false);
});

test('a crash between the files of changed events and the manifest is mended by any later call', async (context) => {
  for (const mend of ['another event', 'settle', 'a mail'] as const) {
    const folder = await feedFolder(context);
    await send(folder, ...numbered(100, 'old'));
    // As a crash leaves it: noted and replaced, the indexes as they were, a file half written, a line cut off.
    const [changed] = numbered(1, 'new');
    assert.ok(changed !== undefined);
    await noteChanges(folder, [changed.event.uuid, 'b9a1']);
    const whole = await feedFolder(context);
    await send(whole, changed);
    await writeFile(
      join(folder, `${changed.event.uuid}.json`),
      await readFile(join(whole, `${changed.event.uuid}.json`), 'utf8'),
    );
    await writeFile(join(folder, '.lurewatch-tmp-left-by-a-crash'), '{"Event"');
    if (mend === 'a mail') await feedSink(folder).send([mispDocument()], signal);
    else if (mend === 'another event') await send(folder, ...numbered(60, 'newer').slice(1));
    else await revisionSink(folder).settle(signal);
    assert.equal((await entry(folder, changed.event.uuid)).info, 'new', mend);
    assert.deepEqual(
      [...(await readFeed(folder)).keys()].filter((name) => name.startsWith('.')),
      [],
    );
  }
});

test('a lost manifest is made anew from the files', async (context) => {
  const folder = await feedFolder(context);
  await send(folder, ...numbered(20, 'x'));
  const before = await readManifest(folder);
  await rm(join(folder, 'manifest.json'));
  await send(folder, revision(first));
  assert.deepEqual(Object.keys(await readManifest(folder)).length, Object.keys(before).length + 1);
});

test('known and preview look at the files, and make nothing', async (context) => {
  const folder = await feedFolder(context);
  const sink = revisionSink(folder);
  assert.deepEqual((await sink.preview(revision(first))).action, 'create');
  assert.deepEqual([...(await sink.known([first.uuid]))], []);
  await send(folder, revision(first));
  assert.deepEqual([...(await sink.known([first.uuid, feedEvent({ key: 'other' }).uuid]))], [first.uuid]);
  assert.deepEqual((await sink.preview(revision(first))).action, 'unchanged');
  assert.deepEqual((await sink.preview(secondRevision)).action, 'update');
});

test('a tag by itself makes the file newer, once', async (context) => {
  const folder = await feedFolder(context);
  await send(folder, revision(first));
  const sink = revisionSink(folder);
  assert.deepEqual(await sink.tag(first.uuid, 'gone', signal), { kind: 'tagged' });
  const tagged = await readFeed(folder);
  assert.deepEqual(await sink.tag(first.uuid, 'GONE', signal), { kind: 'tagged' });
  await sink.settle(signal);
  assert.equal((await readFeed(folder)).get(`${first.uuid}.json`), tagged.get(`${first.uuid}.json`));
  assert.ok((await entry(folder, first.uuid)).timestamp > Date.UTC(2026, 2, 1) / 1000);
  assert.match(tagged.get(`${first.uuid}.json`) ?? '', /"name":"gone"/);
  assert.equal((await sink.tag(feedEvent({ key: 'other' }).uuid, 'gone', signal)).kind, 'absent');
});

test('a folder that cannot be written asks for a person', async (context) => {
  const folder = await feedFolder(context);
  await writeFile(join(folder, 'file'), '');
  const sink = revisionSink(join(folder, 'file', 'feed'));
  await failsWith(sink.send([revision(first)], signal), 'LW_MISP_REFUSES');
  await failsWith(sink.settle(signal), 'LW_MISP_REFUSES');
  await failsWith(sink.check(), 'LW_MISP_REFUSES');
});

test('a call whose events others may write by now, as after a long wait for the folder, changes nothing', async (context) => {
  const folder = await feedFolder(context);
  await send(folder, revision(first));
  const before = await readFeed(folder);
  const refuse = async () => {
    throw new LurewatchError('LW_MISP_AMBIGUOUS', 'others write it');
  };
  await failsWith(revisionSink(folder).send([secondRevision], signal, refuse), 'LW_MISP_AMBIGUOUS');
  await failsWith(revisionSink(folder).tag(first.uuid, 'gone', signal, refuse), 'LW_MISP_AMBIGUOUS');
  assert.deepEqual(await readFeed(folder), before);
});
