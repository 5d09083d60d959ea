import assert from 'node:assert/strict';
import { unlink, writeFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { CampaignMembers } from '../../src/ledger/campaign-members.js';
import { CampaignLedger, type CampaignSighting } from '../../src/ledger/campaigns.js';
import { keys } from '../../src/ledger/keys.js';
import { FileStore } from '../../src/store/file-store.js';
import type { Store } from '../../src/store/store.js';
import { inFolder } from '../support/folder.js';
import { openS3Store } from '../support/s3-config.js';
import type { StorePlace } from '../support/store-contract.js';
import { type S3Server, startS3Server } from '../support/versitygw.js';

const hourMs = 60 * 60 * 1000;
const windowMs = 24 * hourMs;
/** Where one span of time ends and the next begins. */
const borderMs = 20_000 * windowMs;
const at = (hours: number, fingerprint = 'a'.repeat(16)): CampaignSighting => ({
  fingerprint,
  receivedAtMs: borderMs + hours * hourMs,
});

/** When their windows began, in hours after the border. */
async function startsOf(store: Store, ...sightings: readonly CampaignSighting[]): Promise<readonly number[]> {
  const starts = await new CampaignLedger(store).windowStarts(sightings, windowMs);
  return starts.map((startMs) => (startMs - borderMs) / hourMs);
}

function campaignContract(withPlace: (work: (place: StorePlace) => Promise<void>) => Promise<void>): void {
  const withStore = (work: (store: Store) => Promise<void>) => () =>
    withPlace(async (place) => {
      const store = await place.open();
      try {
        await work(store);
      } finally {
        await store.close();
      }
    });

  it(
    'begins with its first mail and ends as long after it, wherever the borders are',
    withStore(async (store) => {
      assert.deepEqual(await startsOf(store, at(-5)), [-5]);
      assert.deepEqual(
        await startsOf(store, at(-1), at(0), at(18.9), at(19), at(19.1), at(42.9)),
        [-5, -5, -5, 19, 19, 19],
      );
      assert.deepEqual(await startsOf(store, at(43), at(100)), [43, 100]);
      assert.deepEqual(
        await startsOf(store, at(-28), at(-30)),
        [-5, -48],
        'read late: the border stands for a first mail',
      );
      assert.deepEqual(await startsOf(store, at(-30), at(-5), at(43), at(100)), [-48, -5, 43, 100], 'asked again');
    }),
  );

  it(
    'is each campaign’s own',
    withStore(async (store) => {
      assert.deepEqual(await startsOf(store, at(1, 'b'), at(2, 'c'), at(3, 'b')), [1, 2, 1]);
    }),
  );

  it('has one beginning for the copies that twenty workers meet at once on both sides of a border', () =>
    withPlace(async (place) => {
      const stores = await Promise.all(Array.from({ length: 20 }, () => place.open()));
      try {
        const starts = await Promise.all(stores.map((store, index) => startsOf(store, at((index - 10) / 10))));
        assert.equal(new Set(starts.flat()).size, 1, String(starts));
      } finally {
        await Promise.all(stores.map((store) => store.close()));
      }
    }));
}

function membersContract(withPlace: (work: (place: StorePlace) => Promise<void>) => Promise<void>): void {
  const [one, other] = [`lw-${'a'.repeat(16)}-20260202T024000Z`, `lw-${'b'.repeat(16)}-20260202T025959Z`];
  const later = `lw-${'a'.repeat(16)}-20260203T030000Z`;

  it('are found by its grouping key, whichever batch and worker they came with, and each once', () =>
    withPlace(async (place) => {
      const stores = await Promise.all([place.open(), place.open()]);
      const [first, second] = stores.map((store) => new CampaignMembers(store));
      assert.ok(first !== undefined && second !== undefined);
      const batch = new Map([
        ['m1', one],
        ['m2', other],
        ['m3', one],
        ['m4', later],
      ]);
      await first.record(batch);
      await first.record(new Map([...batch].toReversed()));
      await second.record(
        new Map([
          ['m3', one],
          ['m5', one],
        ]),
      );
      await second.record(new Map());
      const found = async (key: string) => (await first.find(key)).alertIds.toSorted();
      assert.deepEqual(await found(one), ['m1', 'm3', 'm5']);
      assert.deepEqual([await found(other), await found(later)], [['m2'], ['m4']]);
      assert.deepEqual(await found(`lw-${'c'.repeat(16)}-20260202T024000Z`), []);
      assert.deepEqual(await found('mail@host.example'), []);
      const [store] = stores;
      const written = await store?.list('ledger/campaigns/');
      assert.equal(written?.length, 3, 'one for a batch and hour, and none for what was written before');
      await Promise.all(stores.map((opened) => opened.close()));
    }));
}

describe('the alerts of a campaign in a folder', () => {
  membersContract((work) => inFolder((folder) => work({ open: () => FileStore.open(folder) })));

  it('are found but for those of a record that is damaged, and that is said', () =>
    inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      const members = new CampaignMembers(store);
      const key = `lw-${'a'.repeat(16)}-20260202T024000Z`;
      await members.record(new Map([['m1', key]]));
      const broken = keys.campaignMembers('20260202T02', '0'.repeat(32));
      await store.createMany([{ key: broken, body: Buffer.from('{"version":1') }]);
      assert.deepEqual(await members.find(key), { alertIds: ['m1'], damaged: [store.placeOf(broken)] });
    }));

  it('are sought a thousand records at a time, however many batches had mails of that hour', () =>
    inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      const members = new CampaignMembers(store);
      const key = `lw-${'a'.repeat(16)}-20260202T024000Z`;
      const body = Buffer.from(JSON.stringify({ version: 1, members: [{ key, alertIds: ['m1'] }] }));
      const places = Array.from({ length: 2500 }, (_, index) => keys.campaignMembers('20260202T02', `${index}`));
      const read: number[] = [];
      store.list = async () => places;
      store.readMany = async (wanted) => {
        read.push(wanted.length);
        return wanted.map(() => body);
      };
      assert.deepEqual(await members.find(key), { alertIds: ['m1'], damaged: [] });
      assert.deepEqual(read, [1000, 1000, 500]);
    }));
});

describe('the window of a campaign in a folder', () => {
  campaignContract((work) => inFolder((folder) => work({ open: () => FileStore.open(folder) })));

  it('is not kept back by a record that is damaged', () =>
    inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      const [first, second] = [at(1, 'b'), at(1, 'c')];
      await store.createMany(
        [keys.campaign(windowMs, 20_000, 'b'), keys.campaign(windowMs, 19_999, 'c')].map((key) => ({
          key,
          body: Buffer.from('{"version":1'),
        })),
      );
      const starts = await startsOf(store, first, second);
      assert.deepEqual(starts, [1, 1]);
      assert.deepEqual(await startsOf(store, first, second), starts);
    }));

  it('is not read one by one where a record of many is damaged', () =>
    inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      const batch = Array.from({ length: 100 }, (_, index) => at(1, `campaign-${index}`));
      const starts = await startsOf(store, ...batch);
      const path = store.localPath(keys.campaign(windowMs, 20_000, 'campaign-70'));
      // Not what it shares with the others of its batch.
      await unlink(path);
      await writeFile(path, '{"version":1');
      let reads = 0;
      const { readMany } = store;
      store.readMany = async (wanted) => {
        reads += 1;
        return readMany.call(store, wanted);
      };
      assert.deepEqual(await startsOf(store, ...batch), starts);
      assert.ok(reads < 20, `200 records were read by ${reads} requests`);
    }));

  it('costs a batch one request to read, and another where a campaign is new', () =>
    inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      const requests: string[] = [];
      const { readMany, createMany } = store;
      store.readMany = async (wanted) => {
        if (wanted.length > 0) requests.push(`read ${wanted.length}`);
        return readMany.call(store, wanted);
      };
      store.createMany = async (records) => {
        requests.push(`create ${records.length}`);
        return createMany.call(store, records);
      };
      const batch = Array.from({ length: 50 }, (_, index) => at(index / 100, index % 5 === 0 ? 'x' : 'y'));
      await startsOf(store, ...batch);
      await startsOf(store, ...batch);
      assert.deepEqual(requests, ['read 4', 'create 4', 'read 4']);
      await startsOf(store);
      assert.equal(requests.length, 3);
    }));

  it('is found again by the same key for ever', () =>
    assert.equal(keys.campaign(windowMs, 20_000, 'abc'), 'campaigns/86400s/20000/abc.json'));
});

describe('the window of a campaign in a bucket', () => {
  let server: S3Server;
  before(async () => {
    server = await startS3Server();
  });
  after(() => server.stop());

  const inBucket = async (work: (place: StorePlace) => Promise<void>) => {
    const bucket = await server.bucket();
    await work({ open: async () => openS3Store(server, bucket) });
  };
  campaignContract(inBucket);

  describe('and its alerts', () => membersContract(inBucket));
});

describe('the windows of a campaign, whatever overtakes what', () => {
  /** Each answer of the store comes when the schedule says; what is created is created by then. */
  async function scheduled(scheduler: fc.Scheduler, work: (store: Store) => Promise<void>): Promise<void> {
    await inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      const bodies = new Map<string, Buffer>();
      store.readMany = (wanted) =>
        Promise.all(wanted.map((key) => scheduler.schedule(Promise.resolve(key)).then((now) => bodies.get(now))));
      store.createMany = (records) =>
        Promise.all(
          records.map(async ({ key, body }) => {
            await scheduler.schedule(Promise.resolve(), `create ${key}`);
            const isNew = !bodies.has(key);
            if (isNew) bodies.set(key, body);
            return isNew;
          }),
        );
      await work(store);
    });
  }

  const worker = (mostHours: number) =>
    fc.array(
      fc.integer({ min: 0, max: mostHours * 10 }).map((tenths) => tenths / 10),
      { minLength: 1, maxLength: 4 },
    );
  const workers = (mostHours: number) => fc.array(worker(mostHours), { minLength: 2, maxLength: 4 });

  it('are one for copies that arrive within it, where no older one reaches into it', () =>
    fc.assert(
      fc.asyncProperty(fc.scheduler(), workers(23), fc.integer({ min: -23, max: 23 }), (scheduler, batches, from) =>
        scheduled(scheduler, async (store) => {
          const asked = batches.map((hours) => startsOf(store, ...hours.map((hour) => at(from + hour))));
          const starts = await scheduler.waitFor(Promise.all(asked));
          assert.equal(new Set(starts.flat()).size, 1, JSON.stringify(starts));
          assert.ok(batches.flat().some((hour) => Math.abs(from + hour - (starts[0]?.[0] ?? Number.NaN)) < 0.001));
        }),
      ),
      { numRuns: 60 },
    ));

  it('are never longer than they may be, and the same whenever somebody asks again', () =>
    fc.assert(
      fc.asyncProperty(fc.scheduler(), workers(120), (scheduler, batches) =>
        scheduled(scheduler, async (store) => {
          const asked = batches.map((hours) => startsOf(store, ...hours.map((hour) => at(hour))));
          const starts = await scheduler.waitFor(Promise.all(asked));
          for (const [index, hours] of batches.entries()) {
            for (const [place, hour] of hours.entries()) {
              assert.ok(Math.abs(hour - (starts[index]?.[place] ?? Number.NaN)) < 24, `${hour}: ${starts[index]}`);
            }
            const again = startsOf(store, ...hours.map((hour) => at(hour)));
            assert.deepEqual(await scheduler.waitFor(again), starts[index]);
          }
        }),
      ),
      { numRuns: 60 },
    ));
});
