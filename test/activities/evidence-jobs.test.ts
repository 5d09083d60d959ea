import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { withEvidence } from '../../src/activities/evidence-jobs.js';
import { keys } from '../../src/ledger/keys.js';
import { FileStore } from '../../src/store/file-store.js';
import type { Store } from '../../src/store/store.js';
import { inFolder } from '../support/folder.js';

/** A store with these mails, and their hashes; `distant`: none of it lies on this machine. */
async function withMails(
  mails: readonly Buffer[],
  place: 'near' | 'distant',
  work: (store: Store, hashes: readonly string[]) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const store = await FileStore.open(folder);
    if (place === 'distant') Object.assign(store, { localPath: () => undefined });
    const hashes = mails.map((mail) => createHash('sha256').update(mail).digest('hex'));
    await store.createMany(mails.map((body, index) => ({ key: keys.evidence(hashes[index] ?? ''), body })));
    await work(store, hashes);
  });
}

describe('evidence for the threads that read it', () => {
  it('is read where it lies on this machine', () =>
    withMails([randomBytes(10)], 'near', (store, hashes) =>
      withEvidence(store, hashes, async (jobs) => {
        assert.deepEqual(jobs, [{ path: store.localPath(keys.evidence(hashes[0] ?? '')) }]);
      }),
    ));

  it('is brought from elsewhere: small mails in memory, large ones in files that are gone afterwards', () => {
    const [small, large] = [randomBytes(10), randomBytes(3_000_000)];
    return withMails([small, large, Buffer.alloc(0)], 'distant', async (store, hashes) => {
      const path = await withEvidence(store, hashes, async ([first, second, empty]) => {
        assert.deepEqual(first, { bytes: small });
        assert.ok(second !== undefined && 'path' in second);
        assert.deepEqual(await readFile(second.path), large);
        assert.deepEqual(empty, { bytes: Buffer.alloc(0) });
        return second.path;
      });
      await assert.rejects(access(path), { code: 'ENOENT' });
    });
  });

  it('that is missing is told, once all others are let go of', () =>
    withMails([randomBytes(3_000_000)], 'distant', async (store, hashes) => {
      const work = withEvidence(store, [...hashes, 'f'.repeat(64)], async () => assert.fail('not all is there'));
      await assert.rejects(work, { code: 'LW_EVIDENCE_MISSING' });
    }));
});
