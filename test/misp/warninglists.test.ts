import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentOf } from '../../src/activities/alert-documents.js';
import { type Asked, askWarninglists } from '../../src/activities/ask-warninglists.js';
import { type Dependencies, mailboxNamed } from '../../src/activities/dependencies.js';
import { configSchema } from '../../src/config/schema.js';
import { Secret } from '../../src/config/secret.js';
import { Exclusion } from '../../src/indicators/exclude/exclusion.js';
import { valuesToAsk } from '../../src/indicators/exclude/known.js';
import type { Extraction } from '../../src/indicators/types.js';
import { DirectorySource } from '../../src/mail/directory/directory-source.js';
import { mispServerSchema } from '../../src/misp/config.js';
import { createMispWarninglists } from '../../src/misp/create-sink.js';
import { MispWarninglists } from '../../src/misp/warninglists.js';
import { FileStore } from '../../src/store/file-store.js';
import { testDependencies } from '../support/dependencies.js';
import { extract } from '../support/extraction.js';
import { inFolder } from '../support/folder.js';
import { messageRecord } from '../support/message-record.js';
import { type MispServer, startMispServer } from '../support/misp-server.js';
import { quietActivity } from '../support/quiet-activity.js';

const signal = new AbortController().signal;

async function started(context: { after(end: () => Promise<void>): void }) {
  const server = await startMispServer();
  context.after(() => server.close());
  const config = mispServerSchema.parse({ url: server.url, key: { env: 'MISP_KEY' }, insecure: true });
  const lists = createMispWarninglists(config, () => new Secret(server.key), process.cwd());
  context.after(() => lists.close());
  server.warninglists.set('Top websites', new Set(['www.google.com']));
  server.warninglists.set('Public DNS', new Set(['8.8.8.8']));
  return { server, lists };
}

function asked(server: MispServer): readonly (readonly string[])[] {
  return server.requests.filter(({ path }) => path === '/warninglists/checkValue').map(({ body }) => JSON.parse(body));
}

test('a value that is on a list of MISP is known by the name of the list', async (context) => {
  const { lists } = await started(context);
  const known = await lists.lookUp(['www.google.com', 'evil.example', '8.8.8.8'], signal);
  assert.deepEqual(
    [...(known ?? [])],
    [
      ['www.google.com', 'Top websites'],
      ['8.8.8.8', 'Public DNS'],
    ],
  );
});

test('the empty list that MISP answers where nothing is listed is no failure', async (context) => {
  const { lists } = await started(context);
  assert.deepEqual([...((await lists.lookUp(['evil.example'], signal)) ?? ['failed'])], []);
});

test('what was asked just now is not asked again, and much is asked in pieces', async (context) => {
  const { server, lists } = await started(context);
  const many = Array.from({ length: 1200 }, (_, index) => `host${index}.example`);
  await lists.lookUp(many, signal);
  await lists.lookUp([...many, 'www.google.com', 'www.google.com'], signal);
  assert.deepEqual(
    asked(server).map(({ length }) => length),
    [500, 500, 200, 1],
  );
});

test('a MISP that is away is not asked by every mail, and is asked again later', async () => {
  let now = 0;
  let failing = true;
  let calls = 0;
  const client = {
    onWarninglists: async () => {
      calls += 1;
      if (failing) throw new Error('away');
      return new Map([['a', 'List']]);
    },
    close: async () => {},
  };
  const lists = new MispWarninglists(client, () => now);
  assert.equal(await lists.lookUp(['a'], signal), undefined);
  assert.equal(await lists.lookUp(['a'], signal), undefined);
  assert.equal(calls, 1);
  now += 61_000;
  failing = false;
  assert.deepEqual([...((await lists.lookUp(['a'], signal)) ?? [])], [['a', 'List']]);
  now += 60 * 60 * 1000 + 1;
  await lists.lookUp(['a'], signal);
  assert.equal(calls, 3, 'lists change: after an hour it is asked again');
});

async function ask(dependencies: Dependencies, extraction: Extraction): Promise<Asked> {
  const answers: Asked[] = [];
  await quietActivity().run(async () => {
    answers.push(await askWarninglists(dependencies, [extraction]));
  });
  return answers[0] ?? { findings: [] };
}

const mail = [
  'From: x@evil.example',
  'Subject: x',
  '',
  'https://www.google.com/ https://evil.example/ http://8.8.8.8/a',
];

test('an alert leaves out what MISP lists, and says so; where MISP is away, it waits for nothing and says that', async (context) => {
  const { server, lists } = await started(context);
  await inFolder(async (folder) => {
    const store = await FileStore.open(folder);
    const config = configSchema.parse({
      mailboxes: { soc: { kind: 'directory', path: '.' } },
      misp: { url: server.url, key: { env: 'K' }, insecure: true },
      exclude: { misp: true },
    });
    const sources = new Map([['soc', new DirectorySource({ where: 'mailbox soc', path: folder })]]);
    const base = { config, sources, exclusion: new Exclusion(config.exclude, []) };
    const extraction = await extract(mail.join('\r\n'));
    const built = async () => {
      const dependencies = testDependencies(store, { ...base, warninglists: lists });
      const answer = await ask(dependencies, extraction);
      return documentOf(dependencies, mailboxNamed(dependencies, 'soc'), messageRecord, extraction, 't', answer);
    };
    const document = await built();
    assert.deepEqual(document.urls, ['https://evil.example/']);
    assert.match(
      document.findings.map(({ text }) => text).join('\n'),
      /1 URL and 1 other indicator on Top websites \(warninglist of MISP\)/,
    );
    await server.down();
    const remembered = await built();
    assert.deepEqual(remembered.urls, document.urls);
    const fresh = createMispWarninglists(
      mispServerSchema.parse({ url: server.url, key: { env: 'K' }, insecure: true }),
      () => new Secret(server.key),
      folder,
    );
    context.after(() => fresh.close());
    const dependencies = testDependencies(store, { ...base, warninglists: fresh });
    const { known, findings } = await ask(dependencies, extraction);
    assert.equal(known, undefined);
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['warninglists-unasked'],
    );
    await store.close();
  });
});

test('a list may have a URL, its host or its address', () => {
  const values = valuesToAsk(
    [
      { url: 'https://www.google.com/a', kind: 'click' },
      { url: 'http://8.8.8.8/', kind: 'click' },
    ],
    [{ type: 'email', value: 'a@gmail.com', role: 'from' }],
  );
  assert.deepEqual(values, [
    'https://www.google.com/a',
    'www.google.com',
    'http://8.8.8.8/',
    '8.8.8.8',
    'a@gmail.com',
    'gmail.com',
  ]);
});
