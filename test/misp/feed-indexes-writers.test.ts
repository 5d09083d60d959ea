import assert from 'node:assert/strict';
import { readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { updateIndexes } from '../../src/misp/feed/indexes.js';
import { noteChanges } from '../../src/misp/feed/journal.js';
import { mispDocument, numberedAlertId } from '../support/misp-documents.js';
import { feedFolder, feedSink, readFeed, readManifest, runFeedUpdater } from '../support/misp-feed.js';
import { signal } from '../support/misp-revisions.js';

const held = { assertHeld: async () => undefined };
const none: ReadonlySet<string> = new Set();
const documents = Array.from({ length: 6 }, (_, number) =>
  mispDocument({ alertId: numberedAlertId(number), urls: [`https://evil.example/${number}`] }),
);
const uuids = documents.map(({ mispEvent }) => mispEvent?.uuid ?? '');
const [uuid = ''] = uuids;

/** More than a few pieces of 64 kB, with characters of several bytes at their borders. */
const foreign = Object.fromEntries(
  Array.from({ length: 3000 }, (_, number) => [
    `${String(number).padStart(8, '0')}-2222-4333-8444-555555555555`,
    {
      Orgc: { name: 'Städtische Werke', uuid: '55555555-2222-4333-8444-555555555555' },
      info: `“${number}” の脅威 {[\\"]}, 🐟`,
      Tag: number % 2 === 0 ? [] : [{ name: 'tlp:white', colour: '#ffffff', exportable: true }],
      timestamp: String(number),
    },
  ]),
);

/** A folder with our events, in the order in which they came. */
async function ourFeed(context: TestContext): Promise<string> {
  const folder = await feedFolder(context);
  for (const document of documents) await feedSink(folder).send([document], signal);
  return folder;
}

/** Another attribute and another title, as a later version of the event. */
async function changeFile(folder: string, changed: string, info: string): Promise<void> {
  const path = join(folder, `${changed}.json`);
  const text = await readFile(path, 'utf8');
  await noteChanges(folder, [changed]);
  await writeFile(path, text.replace('Your parcel', info).replace(/"value":"https[^"]*"/, `"value":"${info}"`));
}

function infoIn(manifest: Readonly<Record<string, unknown>>, of: string): string {
  return JSON.stringify(manifest[of]);
}

for (const [name, text] of [
  ['on one line', JSON.stringify(foreign)],
  ['pretty-printed', JSON.stringify(foreign, null, 2)],
  [
    'with the line ends of Windows and a mark in front',
    `\uFEFF${JSON.stringify(foreign, null, '\t').replaceAll('\n', '\r\n')}`,
  ],
  [
    'as PHP escapes it',
    JSON.stringify(foreign)
      .replaceAll(/[^\x20-\x7e]/g, escaped)
      .replaceAll('/', '\\/'),
  ],
] as const) {
  test(`a manifest of another writer, ${name}, keeps its entries in their order, ours behind`, async (context) => {
    const folder = await feedFolder(context);
    await writeFile(join(folder, 'manifest.json'), text);
    await feedSink(folder).send(documents, signal);
    const manifest = await readManifest(folder);
    assert.deepEqual(Object.keys(manifest), [...Object.keys(foreign), ...uuids.toSorted()]);
    for (const [key, entry] of Object.entries(foreign)) assert.deepEqual(manifest[key], entry);
    const lines = (await readFile(join(folder, 'manifest.json'), 'utf8')).trimEnd().split('\n');
    assert.equal(lines.length, Object.keys(manifest).length, 'an event a line');
  });
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

test('of a manifest that is damaged in the middle the entries before it stay, and the files bring theirs', async (context) => {
  const text = JSON.stringify(foreign, null, 2);
  const half = text.slice(0, text.length / 2);
  const quote = half.lastIndexOf('"info": "') + '"info": '.length;
  for (const [name, damaged] of [
    ['cut off', half],
    ['zeros behind', half + '\0'.repeat(5000)],
    ['words in it', half.replace(/"timestamp": "1450"/, '"timestamp": lost again') + text.slice(text.length / 2)],
    ['a quote lost', half.slice(0, quote) + text.slice(quote + 1)],
  ] as const) {
    const folder = await ourFeed(context);
    const ours = await readManifest(folder);
    await writeFile(join(folder, 'manifest.json'), damaged);
    await updateIndexes(folder, none, held);
    const manifest = await readManifest(folder);
    for (const each of uuids) assert.deepEqual(manifest[each], ours[each], name);
    const theirs = Object.entries(manifest).filter(([key]) => !uuids.includes(key));
    assert.deepEqual(theirs, Object.entries(foreign).slice(0, theirs.length), name);
    assert.ok(theirs.length > 1400, `${name}: only ${theirs.length} were kept`);
  }
});

test('what changed is replaced in its place, its hashes where they first stand, and the rest stays', async (context) => {
  const folder = await ourFeed(context);
  const before = (await readFile(join(folder, 'manifest.json'), 'utf8')).split('\n');
  const lines = ((await readFeed(folder)).get('hashes.csv') ?? '').split('\n').filter((line) => line !== '');
  const isOf = (line: string) => line.endsWith(uuid);
  // As another writer may put them: one line of the event first, its others last, and what names no event.
  const [first = '', ...others] = lines.filter(isOf);
  const rest = lines.filter((line) => !isOf(line));
  await writeFile(
    join(folder, 'hashes.csv'),
    [first, 'no line', '', ...rest.map((line) => `${line}\r`), ...others].join('\n'),
  );
  await changeFile(folder, uuid, 'Your bill');
  await feedSink(folder).send([], signal);
  const after = (await readFile(join(folder, 'manifest.json'), 'utf8')).split('\n');
  const place = before.findIndex((line) => line.includes(uuid));
  assert.equal(after[place], before[place]?.replace('Your parcel', 'Your bill'));
  assert.deepEqual(after.toSpliced(place, 1), before.toSpliced(place, 1));
  const hashes = ((await readFeed(folder)).get('hashes.csv') ?? '').split('\n').slice(0, -1);
  assert.equal(hashes.filter(isOf).length, others.length + 1);
  assert.ok(hashes.slice(0, others.length + 1).every(isOf), 'its lines stand where its first stood');
  assert.deepEqual(
    hashes.slice(others.length + 1),
    rest.map((line) => `${line}\r`),
  );
});

test('a file that spells its UUID in capitals is listed once', async (context) => {
  const folder = await ourFeed(context);
  const path = join(folder, `${uuid}.json`);
  await writeFile(path, (await readFile(path, 'utf8')).replace(`"uuid":"${uuid}"`, `"uuid":"${uuid.toUpperCase()}"`));
  await noteChanges(folder, [uuid]);
  const before = await readFeed(folder);
  for (let time = 0; time < 2; time += 1) {
    await feedSink(folder).send([], signal);
    assert.equal((await readFeed(folder)).get('hashes.csv'), before.get('hashes.csv'));
  }
});

test('an update that is killed between hashes.csv and manifest.json is made good by the next', async (context) => {
  const folder = await ourFeed(context);
  const [, second = ''] = uuids;
  const before = await readManifest(folder);
  const whole = await ourFeed(context);
  for (const each of [folder, whole]) {
    await changeFile(each, uuid, 'Your bill');
    await changeFile(each, second, 'Your fine');
  }
  await feedSink(whole).send([], signal);
  assert.equal(await runFeedUpdater(folder, 64, 'die'), null);
  const killed = await readFeed(folder);
  assert.equal(killed.get('hashes.csv'), (await readFeed(whole)).get('hashes.csv'), 'the hashes were replaced');
  assert.deepEqual(await readManifest(folder), before, 'subscribers still have the whole manifest of before');
  assert.ok(
    [...killed.keys()].some((name) => name.startsWith('.lurewatch-tmp-')),
    'a crash leaves what it wrote',
  );
  await feedSink(folder).send([], signal);
  assert.match(infoIn(await readManifest(folder), second), /Your fine/);
  assert.deepEqual(await readFeed(folder), await readFeed(whole));
});

test('an update whose lock was lost replaces nothing and leaves nothing', async (context) => {
  const folder = await ourFeed(context);
  await changeFile(folder, uuid, 'Your bill');
  const before = await readFeed(folder);
  const lost = { assertHeld: () => Promise.reject(new Error('lost')) };
  await assert.rejects(updateIndexes(folder, [uuid], lost), /lost/);
  assert.deepEqual(await readFeed(folder), before);
});

test('a change that no index shows leaves both as they are', async (context) => {
  const folder = await ourFeed(context);
  const path = join(folder, `${uuid}.json`);
  await writeFile(path, (await readFile(path, 'utf8')).replace('"comment":""', '"comment":"seen before"'));
  await noteChanges(folder, [uuid]);
  const old = new Date(2020, 0, 1);
  for (const name of ['manifest.json', 'hashes.csv']) await utimes(join(folder, name), old, old);
  await feedSink(folder).send([], signal);
  for (const name of ['manifest.json', 'hashes.csv']) assert.deepEqual((await stat(join(folder, name))).mtime, old);
});
