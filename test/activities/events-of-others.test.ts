import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isLurewatchError } from '../../src/errors/lurewatch-error.js';
import type { RevisionSink } from '../../src/misp/revisions.js';
import type { MispEvent } from '../../src/misp/types.js';
import {
  type AnyMisp,
  type AsIsImports,
  withAsIsImports,
  withMispFolder,
  withMispServer,
} from '../support/as-is-imports.js';
import { numberedUuid, siteEvent } from '../support/misp-feed-site.js';
import type { MispServer } from '../support/misp-server.js';

/** An alert's, say, or what was shared with the partner whose feed it now stands in. */
const ours: MispEvent = {
  ...{ uuid: numberedUuid(1), info: 'Phish of our own', date: '2026-03-05' },
  ...{ threat_level_id: '1', analysis: '1', distribution: '0', published: false },
  Tag: [{ name: 'tlp:red' }],
  Attribute: [
    {
      ...{ uuid: '5b0c5a1e-8a3c-4c4e-9f8c-2a7d0a0b0c11', type: 'domain', category: 'Network activity' },
      ...{ value: 'a.example', comment: '', to_ids: true, disable_correlation: false },
    },
  ],
};
const { uuid } = ours;
const later = 1_800_000_000;

/** The same sink, with something that happens before or after it is asked what is there. */
function asked(
  sink: RevisionSink,
  { before, after }: { readonly before?: () => Promise<void>; readonly after?: () => Promise<void> },
): RevisionSink {
  const { name, repeats, alertsPerCall, concurrency, inFlightMs } = sink;
  return {
    ...{ name, repeats, alertsPerCall, concurrency, inFlightMs },
    wants: () => true,
    send: (...call) => sink.send(...call),
    preview: (...call) => sink.preview(...call),
    tag: (...call) => sink.tag(...call),
    settle: (...call) => sink.settle(...call),
    check: (...call) => sink.check(...call),
    close: async () => undefined,
    known: async (...call) => {
      await before?.();
      const known = await sink.known(...call);
      await after?.();
      return known;
    },
  };
}

const theEnd = /the end of this worker/;

/** A worker that dies before or after a request, once its claim stands. */
function dying(sink: RevisionSink, when: 'before' | 'after'): RevisionSink {
  const send: RevisionSink['send'] = async (...call) => {
    if (when === 'after') await sink.send(...call);
    throw new Error('the end of this worker');
  };
  return { ...asked(sink, {}), send };
}

const kinds: readonly (readonly [string, (work: (misp: AnyMisp) => Promise<void>) => Promise<void>])[] = [
  ['of a MISP server', withMispServer],
  ['of a feed folder', withMispFolder],
];

for (const [kind, withMisp] of kinds) {
  const withImports = (work: (imports: AsIsImports, misp: AnyMisp) => Promise<void>) =>
    withMisp((misp) => withAsIsImports(misp, (imports) => work(imports, misp)));

  describe(`an event ${kind} that a foreign feed names and did not write`, () => {
    it('stays as it is, is never marked as gone, and its row is rejected by each import', () =>
      withImports(async (imports, misp) => {
        await misp.put(ours);
        const before = await misp.textOf(uuid);
        imports.web.put(siteEvent(1), siteEvent(2));
        assert.deepEqual(await imports.all('one'), { created: 1, updated: 0, rejected: ['LW_ROW_TAKEN'], gone: 0 });
        imports.web.put(siteEvent(1, later, 'Changed'), siteEvent(2, later, 'Changed'));
        assert.deepEqual(await imports.all('two'), { created: 0, updated: 1, rejected: ['LW_ROW_TAKEN'], gone: 0 });
        assert.deepEqual((await imports.all('three')).rejected, ['LW_ROW_TAKEN'], 'nothing has changed');
        imports.web.events.clear();
        imports.web.put(siteEvent(3));
        assert.equal((await imports.all('four')).gone, 1);
        assert.match((await misp.textOf(numberedUuid(2))) ?? '', /"left"/);
        assert.equal(await misp.textOf(uuid), before);
      }));

    it('is told by a dry run as by an import', () =>
      withImports(async (imports, misp) => {
        await misp.put(ours);
        imports.web.put(siteEvent(1), siteEvent(2));
        const strict = await imports.prepare('dry', {}, true);
        assert.deepEqual(
          strict.rejects.map(({ file, code }) => [file.slice(-`${uuid}.json`.length), code]),
          [[`${uuid}.json`, 'LW_ROW_TAKEN']],
        );
        assert.deepEqual([strict.rejected, strict.preview?.created, strict.preview?.updated], [1, 1, 0]);
        const adopting = await imports.prepare('adopting', { adopt: true }, true);
        assert.deepEqual([adopting.rejected, adopting.preview?.created, adopting.preview?.updated], [0, 1, 1]);
      }));

    it('is taken over once the feed may adopt events, and is the feed’s own from then on', () =>
      withImports(async (imports, misp) => {
        await misp.put(ours);
        imports.web.put(siteEvent(1, 5, 'Theirs'));
        assert.deepEqual((await imports.all('one')).rejected, ['LW_ROW_TAKEN']);
        const adopted = await imports.all('two', { adopt: true });
        assert.deepEqual(adopted, { created: 0, updated: 1, rejected: [], gone: 0 });
        assert.match((await misp.textOf(uuid)) ?? '', /"Theirs"/);
        imports.web.put(siteEvent(1, later, 'Changed'));
        assert.deepEqual(await imports.all('three'), { created: 0, updated: 1, rejected: [], gone: 0 });
        imports.web.events.clear();
        imports.web.put(siteEvent(3));
        assert.equal((await imports.all('four')).gone, 1);
      }));

    it('is any that the feed once wrote, where what is known of that is lost; until it may adopt', () =>
      withImports(async (imports, misp) => {
        imports.web.put(siteEvent(1));
        assert.equal((await imports.all('one')).created, 1);
        imports.web.put(siteEvent(1, later, 'Changed'));
        const before = await misp.textOf(uuid);
        assert.deepEqual((await imports.all('two', { store: 'new' })).rejected, ['LW_ROW_TAKEN']);
        assert.equal(await misp.textOf(uuid), before);
        assert.equal((await imports.all('three', { store: 'new', adopt: true })).updated, 1);
        assert.match((await misp.textOf(uuid)) ?? '', /"Changed"/);
      }));

    it('is left also by an import that goes on after a death before its first request', () =>
      withImports(async (imports, misp) => {
        await misp.put(ours);
        const before = await misp.textOf(uuid);
        imports.web.put(siteEvent(1), siteEvent(2));
        const prepared = await imports.prepare('one');
        const sink = dying(misp.sink, 'before');
        await assert.rejects(imports.write(prepared, 'one', { sink }), theEnd);
        assert.deepEqual((await imports.write(prepared, 'one')).rejected, ['LW_ROW_TAKEN']);
        assert.equal(await misp.textOf(uuid), before);
      }));

    it('is left where it appears between the look and the first request, whatever the feed says later', () =>
      withImports(async (imports, misp) => {
        imports.web.put(siteEvent(1), siteEvent(2));
        let put = false;
        const after = async () => {
          if (!put) await misp.put(ours);
          put = true;
        };
        const sink = asked(misp.sink, { after });
        assert.deepEqual((await imports.all('one', { sink })).rejected, ['LW_ROW_TAKEN']);
        const before = await misp.textOf(uuid);
        imports.web.put(siteEvent(1, later, 'Changed'));
        assert.deepEqual((await imports.all('two')).rejected, ['LW_ROW_TAKEN']);
        assert.match(before ?? '', /Phish of our own/);
        assert.equal(await misp.textOf(uuid), before);
        assert.equal((await imports.all('three', { adopt: true })).updated, 1);
      }));
  });

  describe(`an event ${kind} that a foreign feed adds`, () => {
    it('is never taken for that of others by an import that runs beside', () =>
      withImports(async (imports, misp) => {
        imports.web.put(siteEvent(1));
        const [one, other] = [await imports.prepare('one'), await imports.prepare('other')];
        // Both have looked, and found nothing there, before either of them claims it.
        const sink = asked(misp.sink, { after: turnstile(2) });
        const results = await Promise.all([
          untilDone(() => imports.write(one, 'one', { sink, open: true })),
          untilDone(() => imports.write(other, 'other', { sink, open: true })),
        ]);
        assert.deepEqual(
          results.map(({ rejected, done }) => [rejected, done]),
          [
            [[], 1],
            [[], 1],
          ],
        );
        assert.match((await misp.textOf(uuid)) ?? '', /"Event 1"/);
      }));

    for (const when of ['before', 'after'] as const) {
      it(`is its own where another import added it just ${when} the look, and died before it could say so`, () =>
        withImports(async (imports, misp) => {
          imports.web.put(siteEvent(1));
          const [one, other] = [await imports.prepare('one'), await imports.prepare('other')];
          const doomed = dying(misp.sink, 'after');
          let died = false;
          const addAndDie = async () => {
            if (died) return;
            died = true;
            await assert.rejects(imports.write(one, 'one', { sink: doomed }), theEnd);
          };
          const written = await imports.write(other, 'other', { sink: asked(misp.sink, { [when]: addAndDie }) });
          assert.deepEqual([died, written.rejected], [true, []]);
          assert.deepEqual((await imports.write(one, 'one')).rejected, []);
        }));
    }
  });
}

describe('an event that a foreign feed adds to a MISP server', () => {
  const withImports = (work: (imports: AsIsImports, server: MispServer, misp: AnyMisp) => Promise<void>) =>
    withMispServer((misp, server) => withAsIsImports(misp, (imports) => work(imports, server, misp)));

  it('is completed after an answer that nobody got, in this attempt or the next', () =>
    withImports(async (imports, server) => {
      imports.web.put(siteEvent(1));
      server.fault({ match: '/events/add', kind: 'cut-after-store' });
      assert.deepEqual(await imports.all('one'), { created: 1, updated: 0, rejected: [], gone: 0 });
      imports.web.put(siteEvent(2));
      const prepared = await imports.prepare('two');
      server.fault({ match: '/events/add', kind: 'cut-after-store' });
      server.fault({ match: '/events/view', kind: 'status', status: 502 });
      await assert.rejects(imports.write(prepared, 'two'), (error) => isLurewatchError(error, 'LW_MISP_AMBIGUOUS'));
      assert.equal(server.events.size, 2);
      const written = await imports.write(prepared, 'two');
      assert.deepEqual([written.rejected, written.done], [[], 1]);
    }));

  it('is left to those who have it hidden from this key, also once it can be seen', () =>
    withImports(async (imports, server, misp) => {
      const there = await putHidden(misp, server);
      imports.web.put(siteEvent(1));
      assert.deepEqual((await imports.all('one')).rejected, ['LW_ROW_TAKEN']);
      there.visible = true;
      const before = await misp.textOf(uuid);
      assert.deepEqual((await imports.all('two')).rejected, ['LW_ROW_TAKEN']);
      imports.web.put(siteEvent(1, later, 'Changed'));
      assert.deepEqual((await imports.all('three')).rejected, ['LW_ROW_TAKEN']);
      assert.equal(await misp.textOf(uuid), before);
    }));

  it('is not marked where it was only found, hidden, by a feed that may adopt', () =>
    withImports(async (imports, server, misp) => {
      const there = await putHidden(misp, server);
      imports.web.put(siteEvent(1));
      assert.deepEqual((await imports.all('one', { adopt: true })).rejected, []);
      there.visible = true;
      const before = await misp.textOf(uuid);
      imports.web.put(siteEvent(2));
      imports.web.events.delete(uuid);
      assert.equal((await imports.all('two')).gone, 0);
      assert.equal(await misp.textOf(uuid), before);
    }));

  it('is of others where MISP refused it before, and they added it then', () =>
    withImports(async (imports, server, misp) => {
      server.blocked.add(uuid);
      imports.web.put(siteEvent(1));
      assert.deepEqual((await imports.all('one')).rejected, ['LW_ROW_BLOCKED']);
      server.blocked.delete(uuid);
      await misp.put(ours);
      const before = await misp.textOf(uuid);
      assert.deepEqual((await imports.all('two')).rejected, ['LW_ROW_TAKEN']);
      assert.equal(await misp.textOf(uuid), before);
    }));

  it('is refused as ever where a person has deleted it', () =>
    withImports(async (imports, server) => {
      imports.web.put(siteEvent(1));
      assert.equal((await imports.all('one')).created, 1);
      server.deleteEvent(uuid);
      imports.web.put(siteEvent(1, later, 'Changed'));
      assert.deepEqual((await imports.all('two')).rejected, ['LW_ROW_BLOCKED']);
    }));
});

/** Our event, which others have hidden from this key. */
async function putHidden(misp: AnyMisp, server: MispServer) {
  await misp.put(ours);
  const there = server.events.get(uuid);
  assert.ok(there !== undefined);
  there.visible = false;
  return there;
}

/** Resolves for all once so many wait. Later ones pass. */
function turnstile(count: number): () => Promise<void> {
  let waiting = 0;
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    waiting += 1;
    if (waiting >= count) open();
    return opened;
  };
}

/** As Temporal tries an activity again. */
async function untilDone<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isLurewatchError(error, 'LW_CARRIED_ELSEWHERE')) throw error;
    }
  }
}
