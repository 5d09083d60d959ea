import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { mispDocument, numberedAlertId } from '../support/misp-documents.js';
import { feedFolder, feedSink, organisation, readFeed, readManifest } from '../support/misp-feed.js';
import { failsWith, sendOne } from '../support/misp-sink.js';

const { signal } = new AbortController();
const fileSchema = z.object({
  Event: z.looseObject({
    uuid: z.string(),
    timestamp: z.string(),
    published: z.boolean(),
    Orgc: z.unknown(),
    Attribute: z.array(z.object({ uuid: z.string(), timestamp: z.string() })),
  }),
});
const document = mispDocument();
const uuid = document.mispEvent?.uuid ?? '';

test('an event becomes a file, and the file is the reference', async (context) => {
  const folder = await feedFolder(context);
  const result = await sendOne(feedSink(folder), document);
  assert.deepEqual(result, { status: 'delivered', reference: join(folder, `${uuid}.json`) });
  assert.deepEqual([...(await readFeed(folder)).keys()], [`${uuid}.json`, 'hashes.csv', 'manifest.json']);
});

test('the file is MISP core format, with organisation and times of receipt', async (context) => {
  const folder = await feedFolder(context);
  await sendOne(feedSink(folder), document);
  const { Event } = fileSchema.parse(JSON.parse((await readFeed(folder)).get(`${uuid}.json`) ?? ''));
  assert.equal(Event.uuid, uuid);
  assert.deepEqual(Event.Orgc, organisation);
  assert.equal(Event.timestamp, String(Date.UTC(2026, 2, 1, 23, 59, 59) / 1000));
  assert.equal(Event.published, false);
  assert.equal('distribution' in Event, false, 'each subscriber sets the distribution of the feed');
  assert.deepEqual(
    Event.Attribute.map((attribute) => [attribute.uuid, attribute.timestamp]),
    document.mispEvent?.Attribute.map((attribute) => [attribute.uuid, Event.timestamp]),
  );
});

test('manifest and hashes list the event', async (context) => {
  const folder = await feedFolder(context);
  await sendOne(feedSink(folder), document);
  const entry = (await readManifest(folder))[uuid];
  assert.deepEqual(entry, {
    Orgc: organisation,
    Tag: ['tlp:amber', 'lurewatch:mailbox="soc"'].map((name) => ({
      colour: '#ffffff',
      local: false,
      name,
      relationship_type: '',
    })),
    info: 'Suspicious email: Your parcel',
    date: '2026-03-01',
    analysis: 0,
    threat_level_id: 4,
    timestamp: 1772409599,
  });
  const md5 = (value: string): string => createHash('md5').update(value).digest('hex');
  assert.equal(
    (await readFeed(folder)).get('hashes.csv'),
    document.mispEvent?.Attribute.map(({ value }) => `${md5(value)},${uuid}\n`).join(''),
  );
});

test('the same alerts give the same bytes in another folder at another time', async (context) => {
  const [one, other] = [await feedFolder(context), await feedFolder(context)];
  await feedSink(one).send([document], signal);
  await feedSink(other).send([structuredClone(document)], signal);
  assert.deepEqual(await readFeed(one), await readFeed(other));
});

test('sending an event again changes no byte and writes no file', async (context) => {
  const folder = await feedFolder(context);
  await sendOne(feedSink(folder), document);
  const before = await readFeed(folder);
  const old = new Date(2020, 0, 1);
  for (const name of before.keys()) await utimes(join(folder, name), old, old);
  await sendOne(feedSink(folder), document);
  assert.deepEqual(await readFeed(folder), before);
  for (const name of before.keys()) assert.deepEqual((await stat(join(folder, name))).mtime, old, name);
});

test('a batch of fifty is one call, with alerts without an event in it', async (context) => {
  const folder = await feedFolder(context);
  const sink = feedSink(folder);
  assert.equal(sink.alertsPerCall, 50);
  const documents = Array.from({ length: 50 }, (_, number) =>
    mispDocument({ alertId: numberedAlertId(number), urls: number === 7 ? [] : [`https://evil.example/${number}`] }),
  );
  const results = await sink.send(documents, signal);
  assert.deepEqual(
    results.map((result) => (result.status === 'delivered' ? result.reference : '')),
    documents.map(({ mispEvent }) => (mispEvent === null ? '' : join(folder, `${mispEvent.uuid}.json`))),
  );
  assert.equal(Object.keys(await readManifest(folder)).length, 49);
});

test('what a crash left out of manifest and hashes is mended by the next call', async (context) => {
  const folder = await feedFolder(context);
  const whole = await feedFolder(context);
  const later = mispDocument({ alertId: numberedAlertId(1) });
  await feedSink(whole).send([document], signal);
  await feedSink(whole).send([later], signal);

  const left = [['manifest.json'], ['hashes.csv'], ['manifest.json', 'hashes.csv']];
  for (const lost of left) {
    await rm(folder, { recursive: true, force: true });
    await feedSink(folder).send([document], signal);
    for (const name of lost) await rm(join(folder, name));
    await writeFile(join(folder, '.lurewatch-tmp-left-by-a-crash'), '{"Event"');
    await feedSink(folder).send([later], signal);
    const files = await readFeed(folder);
    assert.deepEqual([...files.keys()], [...(await readFeed(whole)).keys()]);
    assert.deepEqual(await readManifest(folder), await readManifest(whole));
    const lines = (text: string | undefined): string[] => (text ?? '').split('\n').sort();
    assert.deepEqual(lines(files.get('hashes.csv')), lines((await readFeed(whole)).get('hashes.csv')));
  }
});

test('a broken manifest is made anew from the events', async (context) => {
  const folder = await feedFolder(context);
  await feedSink(folder).send([document], signal);
  const before = await readManifest(folder);
  for (const broken of ['', '{"x": ', '[]', 'null']) {
    await writeFile(join(folder, 'manifest.json'), broken);
    await feedSink(folder).send([document], signal);
    assert.deepEqual(await readManifest(folder), before, broken);
  }
});

test("other people's events and files in the folder stay", async (context) => {
  const folder = await feedFolder(context);
  const foreign = { '99999999-2222-4333-8444-555555555555': { info: 'theirs', timestamp: '1' } };
  const hash = `${'0'.repeat(32)},99999999-2222-4333-8444-555555555555\n`;
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(foreign));
  await writeFile(join(folder, 'hashes.csv'), hash);
  await writeFile(join(folder, 'index.json'), '[]');
  await writeFile(join(folder, 'aaaaaaaa-2222-4333-8444-555555555555.json'), 'no event');
  await feedSink(folder).send([document], signal);
  assert.deepEqual(Object.keys(await readManifest(folder)), [...Object.keys(foreign), uuid]);
  const files = await readFeed(folder);
  assert.ok(files.get('hashes.csv')?.startsWith(hash));
  assert.equal(files.get('index.json'), '[]');
});

test('a folder that cannot be written asks for a person, and the message names it', async (context) => {
  const folder = await feedFolder(context);
  await writeFile(join(folder, 'file'), '');
  const sink = feedSink(join(folder, 'file', 'feed'));
  const error = await failsWith(sendOne(sink, document), 'LW_MISP_REFUSES');
  assert.match(error.message, /file\/feed/);
  await failsWith(sink.check(), 'LW_MISP_REFUSES');
});

test('check finds a folder that is there or can be made, and makes nothing', async (context) => {
  const folder = await feedFolder(context);
  assert.match((await feedSink(folder).check()).join(), /can be written/);
  await feedSink(join(folder, 'not', 'yet')).check();
  assert.deepEqual([...(await readFeed(folder)).keys()], []);
});
