import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { it } from 'node:test';
import type { Store } from '../../src/store/store.js';

/** A place for records that no other test has. */
export interface StorePlace {
  /** As one process does, of any number. */
  open(): Promise<Store>;
}

const largeMail = Array.from({ length: 300 }, (_, index) => createHash('sha512').update(`${index}`).digest());

export async function keepsNothingOfBrokenStream(store: Store): Promise<void> {
  const broken = Readable.from(
    (async function* () {
      yield Buffer.from('half');
      throw new Error('the connection was cut');
    })(),
  );
  await assert.rejects(
    store.writeStream(broken, (hash) => `evidence/${hash}.eml`),
    /the connection was cut/,
  );
  assert.deepEqual(await store.list('evidence/'), []);
}

/** What the ledger and the evidence count on, whatever the store is. */
export function storeContract(withPlace: (work: (place: StorePlace) => Promise<void>) => Promise<void>): void {
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
    'creates a record once and keeps what was there first',
    withStore(async (store) => {
      const key = 'ledger/a/b.json';
      assert.deepEqual(await store.createMany([{ key, body: Buffer.from('first') }]), [true]);
      assert.deepEqual(await store.createMany([{ key, body: Buffer.from('second') }]), [false]);
      assert.deepEqual((await store.readMany([key])).map(String), ['first']);
    }),
  );

  for (const [what, bodyOf] of [
    ['with bodies of their own', (index: number) => `writer ${index}`],
    ['with equal bodies', () => 'the same'],
  ] as const) {
    for (const key of ['race/one.json', 'race/one.eml']) {
      it(`lets exactly one of twenty simultaneous writers ${what} create ${key}`, () =>
        withPlace(async (place) => {
          const stores = await Promise.all(Array.from({ length: 20 }, () => place.open()));
          try {
            const wins = await Promise.all(
              stores.map((store, index) => store.createMany([{ key, body: Buffer.from(bodyOf(index)) }])),
            );
            const winners = wins.flatMap(([won], index) => (won ? [index] : []));
            assert.equal(winners.length, 1);
            assert.deepEqual((await stores[0]?.readMany([key]))?.map(String), winners.map(bodyOf));
          } finally {
            await Promise.all(stores.map((store) => store.close()));
          }
        }));
    }
  }

  it('gives each of many records that two writers create at once to one of them', () =>
    withPlace(async (place) => {
      const stores = await Promise.all([place.open(), place.open()]);
      try {
        const keys = Array.from({ length: 60 }, (_, index) => `race/${index}.json`);
        const [left = [], right = []] = await Promise.all(
          stores.map((store, writer) => store.createMany(keys.map((key) => ({ key, body: Buffer.from(`${writer}`) })))),
        );
        assert.ok(left.every((won, index) => won !== right[index]));
        const bodies = await stores[0]?.readMany(keys);
        assert.deepEqual(
          bodies?.map(String),
          left.map((won) => (won ? '0' : '1')),
        );
      } finally {
        await Promise.all(stores.map((store) => store.close()));
      }
    }));

  it(
    'answers in the order of the question, with undefined for what is absent',
    withStore(async (store) => {
      await store.createMany([
        { key: 'x/1', body: Buffer.from('one') },
        { key: 'x/3', body: Buffer.from('three') },
      ]);
      const found = await store.readMany(['x/3', 'x/2', 'x/1', 'x/3']);
      assert.deepEqual(
        found.map((body) => body?.toString()),
        ['three', undefined, 'one', 'three'],
      );
      assert.equal(await store.openStream('x/2'), undefined);
      assert.deepEqual(await store.createMany([]), []);
      assert.deepEqual(await store.readMany([]), []);
    }),
  );

  it(
    'lists what stands under a prefix, sorted, and nothing where there is none',
    withStore(async (store) => {
      const keys = ['p/b/2', 'p/a', 'p/b/1.json', 'p/a.json', 'p/a-b', 'other/a', 'px/1'];
      await store.createMany(keys.map((key) => ({ key, body: Buffer.from('') })));
      assert.deepEqual(await store.list('p/'), ['p/a', 'p/a-b', 'p/a.json', 'p/b/1.json', 'p/b/2']);
      assert.deepEqual(await store.list('nothing/'), []);
    }),
  );

  it('lists, reads and creates more than a thousand records at once', () =>
    withPlace(async (place) => {
      const store = await place.open();
      const keys = Array.from({ length: 1_050 }, (_, index) => `many/${String(index).padStart(4, '0')}.json`);
      assert.ok((await store.createMany(keys.map((key) => ({ key, body: Buffer.from(key) })))).every(Boolean));
      const other = await place.open();
      assert.deepEqual(await other.list('many/'), keys);
      assert.deepEqual((await other.readMany(keys)).map(String), keys);
      await Promise.all([store.close(), other.close()]);
    }));

  it(
    'never gives the body of a record that another writer created first',
    withStore(async (store) => {
      await store.createMany([{ key: 'k/1.json', body: Buffer.from('"mine"') }]);
      const later = ['k/1.json', 'k/2.json', 'k/2.json'].map((key, index) => ({ key, body: Buffer.from(`${index}`) }));
      assert.deepEqual(await store.createMany(later), [false, true, false]);
      assert.deepEqual((await store.readMany(['k/2.json', 'k/1.json'])).map(String), ['1', '"mine"']);
    }),
  );

  it('keeps large records, small ones and empty ones as they are, for everybody', () =>
    withPlace(async (place) => {
      const store = await place.open();
      const records = [100_000, 0, 20_000, 1, 3_000_000].flatMap((size, index) =>
        ['json', 'eml'].map((kind) => ({ key: `k/${index}.${kind}`, body: Buffer.alloc(size, `${index}`) })),
      );
      assert.ok((await store.createMany(records)).every(Boolean));
      for (const reader of [store, await place.open()]) {
        assert.deepEqual(
          await reader.readMany(records.map(({ key }) => key)),
          records.map(({ body }) => body),
        );
        await reader.close();
      }
    }));

  it(
    'removes a record, which then can be created again; absent is fine',
    withStore(async (store) => {
      for (const key of ['k/1.json', 'k/1.eml']) {
        await store.createMany([{ key, body: Buffer.from('old') }]);
        await store.remove(key);
        await store.remove(key);
        assert.deepEqual(await store.readMany([key]), [undefined]);
        assert.deepEqual(await store.createMany([{ key, body: Buffer.from('new') }]), [true]);
        assert.deepEqual((await store.readMany([key])).map(String), ['new']);
      }
    }),
  );

  it(
    'stores a stream under the hash of its bytes, once',
    withStore(async (store) => {
      const whole = Buffer.concat(largeMail);
      const sha256 = createHash('sha256').update(whole).digest('hex');
      const write = () => store.writeStream(Readable.from(largeMail), (hash) => `evidence/${hash}.eml`);
      assert.deepEqual(await write(), { sha256, sizeBytes: whole.length, created: true });
      assert.deepEqual(await write(), { sha256, sizeBytes: whole.length, created: false });
      const again = await store.openStream(`evidence/${sha256}.eml`);
      assert.ok(again !== undefined);
      assert.deepEqual(Buffer.concat(await again.toArray()), whole);
      assert.deepEqual(await store.readMany([`evidence/${sha256}.eml`]), [whole]);
      assert.deepEqual(await store.list('evidence/'), [`evidence/${sha256}.eml`]);
    }),
  );

  it('keeps nothing of a stream that breaks, and passes its error on', withStore(keepsNothingOfBrokenStream));

  it('lets go of a stream that nobody reads to its end, and gives it to others than its writer', () =>
    withPlace(async (place) => {
      const [writer, reader] = [await place.open(), await place.open()];
      const key = 'k/large.eml';
      await writer.createMany([{ key, body: Buffer.concat(largeMail) }]);
      const unread = await reader.openStream(key);
      unread?.destroy();
      const begun = await reader.openStream(key);
      for await (const _ of begun ?? []) break;
      assert.ok(unread?.destroyed === true && begun?.destroyed === true);
      for (const store of [writer, reader]) {
        const whole = await (await store.openStream(key))?.toArray();
        assert.deepEqual(Buffer.concat(whole ?? []), Buffer.concat(largeMail));
        await store.close();
      }
    }));

  it(
    'takes no key that could leave it',
    withStore(async (store) => {
      for (const key of ['../x', 'a/../b', '/etc/passwd', 'a//b', '']) {
        await assert.rejects(store.readMany([key]), { code: 'LW_INTERNAL' }, key);
        await assert.rejects(store.createMany([{ key, body: Buffer.from('x') }]), { code: 'LW_INTERNAL' }, key);
        await assert.rejects(store.openStream(key), { code: 'LW_INTERNAL' }, key);
        await assert.rejects(store.list(key), { code: 'LW_INTERNAL' }, key);
      }
    }),
  );

  it(
    'verifies itself, and leaves nothing behind by that',
    withStore(async (store) => {
      const findings = await store.check();
      assert.match(findings.join('\n'), /can be written/);
      assert.deepEqual(await store.list('checks/'), []);
    }),
  );
}
