import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { createFinishImport } from '../../src/activities/finish-import.js';
import { createPrepareFeed } from '../../src/activities/prepare-feed.js';
import { createWriteFeedEvents } from '../../src/activities/write-feed-events.js';
import { Secret } from '../../src/config/secret.js';
import { feedSchema } from '../../src/feeds/config.js';
import { createFeed } from '../../src/feeds/create-feed.js';
import type { ImportRecord } from '../../src/ledger/feed-imports.js';
import { MispFeedRevisionSink } from '../../src/misp/feed-revision-sink.js';
import { MispFeedSink } from '../../src/misp/feed-sink.js';
import { SinkUses } from '../../src/sinks/sink-use.js';
import { FileStore } from '../../src/store/file-store.js';
import type { ChunkResult, PreparedFeed } from '../../src/workflows/feed-types.js';
import { testDependencies } from '../support/dependencies.js';
import { inFolder } from '../support/folder.js';
import { whileListening } from '../support/listening.js';
import { mispDefaults } from '../support/mapping.js';
import { organisation } from '../support/misp-feed.js';
import { eventJson, MispFeedSite, numberedUuid, siteEvent } from '../support/misp-feed-site.js';
import { quietActivity } from '../support/quiet-activity.js';

interface Imports {
  readonly web: MispFeedSite;
  /** The first step of an import; `distribution` is part of what its events become. */
  prepare(importId: string, distribution?: number): Promise<PreparedFeed>;
  /** Writes its first events to MISP. */
  write(prepared: PreparedFeed): Promise<ChunkResult>;
  /** What MISP has of an event. */
  infoOf(uuid: string): Promise<string>;
  /** The last step. */
  finish(prepared: PreparedFeed, complete?: boolean, lookAgain?: boolean): Promise<void>;
  latest(): Promise<ImportRecord | undefined>;
  /** What the latest record knows: events by their last digit. */
  known(): Promise<Readonly<Record<string, unknown>>>;
}

function withImports(body: (imports: Imports) => Promise<void>): Promise<void> {
  const web = new MispFeedSite();
  web.tagged = true;
  return whileListening(createServer(web.listener), ({ port }) =>
    inFolder(async (folder) => {
      const store = await FileStore.open(join(folder, 'var'));
      const source = { url: `http://127.0.0.1:${port}/feed/`, insecure: true, allowPrivate: true };
      const config = feedSchema.parse({ source, format: { kind: 'misp' }, tagGone: 'left' });
      const withheld = { storeFolder: undefined, files: [] };
      const secrets = () => new Secret('');
      const dependencies = (distribution: number) => {
        const misp = { ...mispDefaults, distribution };
        return testDependencies(store, {
          feeds: new Map([['theirs', createFeed('theirs', config, misp, secrets, folder, withheld)]]),
          revisions: new MispFeedRevisionSink({ folder: join(folder, 'misp'), organisation }),
          // What is put aside belongs to imports that are under way.
          workflows: { ...testDependencies(store).workflows, isWorkflowOpen: async () => true },
          sinks: new Map([['misp', new MispFeedSink({ folder: join(folder, 'misp'), organisation })]]),
        });
      };
      const environment = () => quietActivity();
      const uses = new SinkUses();
      const { ledger } = dependencies(0);
      await body({
        web,
        prepare: (importId, distribution = 0) =>
          environment().run(createPrepareFeed(dependencies(distribution)), { feed: 'theirs', importId }),
        write: ({ importId }) =>
          environment().run(createWriteFeedEvents(dependencies(0), uses), { feed: 'theirs', importId, chunk: 0 }),
        infoOf: async (uuid) => {
          const file: unknown = JSON.parse(await readFile(join(folder, 'misp', `${uuid}.json`), 'utf8'));
          return z.object({ Event: z.object({ info: z.string() }) }).parse(file).Event.info;
        },
        finish: async ({ importId }, complete = true, lookAgain = false) => {
          await environment().run(createFinishImport(dependencies(0)), {
            feed: 'theirs',
            importId,
            complete,
            lookAgain,
          });
        },
        latest: () => ledger.imports.latest('theirs'),
        known: async () => {
          const state = (await ledger.imports.latest('theirs'))?.sourceState as {
            list?: { events: Record<string, unknown> };
          };
          const events = Object.entries(state.list?.events ?? {});
          return Object.fromEntries(events.map(([uuid, fate]) => [uuid.slice(-1), fate]));
        },
      });
    }),
  );
}

const later = 1_800_000_000;

describe('what is remembered of a feed of MISP at an address', () => {
  it('is nothing of an import before its end', () =>
    withImports(async ({ web, prepare, finish, latest, known }) => {
      web.put(siteEvent(1), siteEvent(2));
      const first = await prepare('one');
      assert.deepEqual((await latest())?.sourceState, {});
      await finish(first);
      assert.deepEqual(await known(), { 1: '1700000001', 2: '1700000002' });
      assert.notEqual((await latest())?.sourceState.etag, undefined);
    }));

  it('is not what an import is about to change, from before its first write on, and its end cut short brings it not back', () =>
    withImports(async ({ web, prepare, finish, latest, known }) => {
      web.put(siteEvent(1), siteEvent(2), siteEvent(3));
      await finish(await prepare('one'));
      web.put(siteEvent(2, later));
      web.events.delete(numberedUuid(3));
      const second = await prepare('two');
      assert.deepEqual(await known(), { 1: '1700000001' });
      assert.equal((await latest())?.sourceState.etag, undefined);
      await finish(second, false);
      assert.deepEqual(await known(), { 1: '1700000001' });
      web.put(siteEvent(2), siteEvent(3));
      web.takeRequests();
      await finish(await prepare('three'));
      assert.deepEqual(web.takeRequests(), [`${numberedUuid(2)}.json`, `${numberedUuid(3)}.json`, 'manifest.json']);
    }));

  it('is what the import said that ended first, where another ran beside it', () =>
    withImports(async ({ web, prepare, finish, known }) => {
      web.put(siteEvent(1));
      await finish(await prepare('one'));
      web.put(siteEvent(2));
      const slow = await prepare('slow');
      web.put(siteEvent(3));
      web.events.delete(numberedUuid(2));
      const quick = await prepare('quick');
      await finish(quick);
      await finish(slow);
      assert.deepEqual(await known(), { 1: '1700000001', 3: '1700000003' });
    }));

  it('is nothing where events become something else than before', () =>
    withImports(async ({ web, prepare, finish, known }) => {
      web.put(siteEvent(1), siteEvent(2));
      await finish(await prepare('one'));
      web.takeRequests();
      const other = await prepare('other', 3);
      assert.deepEqual(web.takeRequests(), [`${numberedUuid(1)}.json`, `${numberedUuid(2)}.json`, 'manifest.json']);
      assert.deepEqual(await known(), {});
      await finish(other);
      assert.deepEqual(await known(), { 1: '1700000001', 2: '1700000002' });
    }));
});

describe('two imports of one feed side by side', () => {
  it('the one that read the newer list finds an older change in the way, and the next import brings its own', () =>
    withImports(async ({ web, prepare, write, infoOf, finish, known }) => {
      web.put(siteEvent(1, 100, 'first'));
      const before = await prepare('before');
      await write(before);
      await finish(before);
      web.put(siteEvent(1, 200, 'older'));
      const slow = await prepare('slow');
      web.put(siteEvent(1, 300, 'newer'));
      const quick = await prepare('quick');
      await write(slow);
      assert.equal((await write(quick)).updated, 0, 'the change that was made last stands');
      await finish(quick);
      await finish(slow);
      assert.equal(typeof (await known())[1], 'object', 'it is to be looked at again');
      assert.equal(await infoOf(numberedUuid(1)), 'older');
      const next = await prepare('next');
      await write(next);
      await finish(next);
      assert.equal(await infoOf(numberedUuid(1)), 'newer');
    }));
});

function openPromise() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}

/** The site keeps its next answer with this event back. */
function holdBack(web: MispFeedSite, number: number) {
  const held = openPromise();
  const asked = openPromise();
  const file = `${numberedUuid(number)}.json`;
  web.instead.set(file, (_request, response) => {
    web.instead.delete(file);
    asked.resolve();
    void held.promise.then(() => response.writeHead(200).end(eventJson(siteEvent(number))));
  });
  return { asked: asked.promise, release: held.resolve };
}

describe('an import that could not tag all that has left', () => {
  it('keeps no ETag, so that the next one tries again', () =>
    withImports(async ({ web, prepare, finish, latest, known }) => {
      web.put(siteEvent(1));
      await finish(await prepare('one'), true, true);
      assert.equal((await latest())?.sourceState.etag, undefined);
      assert.deepEqual(await known(), { 1: '1700000001' });
      await finish(await prepare('two'));
      assert.notEqual((await latest())?.sourceState.etag, undefined);
    }));
});

describe('an import that is slow to read', () => {
  it('does not leave an older change of an event that another brought first', () =>
    withImports(async ({ web, prepare, write, infoOf, finish }) => {
      web.put(siteEvent(1, 200, 'older'), siteEvent(3));
      const third = holdBack(web, 3);
      const read = openPromise();
      web.instead.set(`${numberedUuid(1)}.json`, (_request, response) => {
        web.instead.delete(`${numberedUuid(1)}.json`);
        response.writeHead(200).end(eventJson(siteEvent(1, 200, 'older')), read.resolve);
      });
      const slow = prepare('slow');
      await Promise.all([third.asked, read.promise]);
      web.put(siteEvent(1, 300, 'newer'));
      const quick = await prepare('quick');
      await write(quick);
      await finish(quick);
      third.release();
      const late = await slow;
      await write(late);
      await finish(late);
      assert.equal(await infoOf(numberedUuid(1)), 'older', 'nobody can tell it yet');
      const next = await prepare('next');
      await write(next);
      await finish(next);
      assert.equal(await infoOf(numberedUuid(1)), 'newer');
    }));

  it('does not put what it read long ago over what another recorded meanwhile', () =>
    withImports(async ({ web, prepare, write, finish, known }) => {
      web.put(siteEvent(1, 100), siteEvent(2));
      const before = await prepare('before');
      await write(before);
      await finish(before);
      web.put(siteEvent(2, later), siteEvent(3));
      const third = holdBack(web, 3);
      const slow = prepare('slow');
      await third.asked;
      web.events.delete(numberedUuid(1));
      const quick = await prepare('quick');
      await write(quick);
      await finish(quick);
      third.release();
      await finish(await slow);
      assert.equal((await known())[1], undefined, 'event 1 left meanwhile: should it come back, it is new');
    }));
});

describe('what is remembered of a single document at an address', () => {
  it('is not what came before an import that died, should the server go back to it', () => {
    let body = 'k,v\n1,a\n';
    const listener: RequestListener = (request, response) => {
      const etag = `"${Buffer.from(body).toString('hex')}"`;
      if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
      else response.writeHead(200, { etag, 'content-type': 'text/csv' }).end(body);
    };
    return whileListening(createServer(listener), ({ port }) =>
      inFolder(async (folder) => {
        const store = await FileStore.open(join(folder, 'var'));
        const source = { url: `http://127.0.0.1:${port}/feed.csv`, insecure: true, allowPrivate: true };
        const event = { info: '{k}', date: 'today' };
        const attributes = [{ type: 'text', value: '{v}' }];
        const config = feedSchema.parse({ source, format: { kind: 'csv' }, groupBy: ['k'], event, attributes });
        const withheld = { storeFolder: undefined, files: [] };
        const feed = createFeed('table', config, mispDefaults, () => new Secret(''), folder, withheld);
        const dependencies = testDependencies(store, {
          feeds: new Map([['table', feed]]),
          revisions: new MispFeedRevisionSink({ folder: join(folder, 'misp'), organisation }),
        });
        const prepare = (importId: string): Promise<PreparedFeed> =>
          quietActivity().run(createPrepareFeed(dependencies), { feed: 'table', importId });
        const first = await prepare('one');
        await quietActivity().run(createFinishImport(dependencies), {
          ...{ feed: 'table', importId: first.importId, complete: true },
        });
        const same = await prepare('two');
        assert.deepEqual([same.rows, same.toWrite], [1, 0], 'its ETag tells that it is the same');
        body = 'k,v\n1,b\n';
        const dies = await prepare('three');
        assert.equal(dies.rows, 1);
        body = 'k,v\n1,a\n';
        assert.deepEqual((await dependencies.ledger.imports.latest('table'))?.sourceState, {});
        await store.close();
      }),
    );
  });
});
