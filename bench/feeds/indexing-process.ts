import { monitorEventLoopDelay } from 'node:perf_hooks';
import { MispFeedRevisionSink } from '../../src/misp/feed-revision-sink.js';
import { attributeUuid, eventUuid } from '../../src/misp/identity.js';
import type { EventRevision } from '../../src/misp/revisions.js';
import type { MispAttribute, MispEvent } from '../../src/misp/types.js';
import { endWithParent } from '../child.js';
import { usageOf } from '../process-usage.js';
import type { Indexing } from './indexing.js';
import { type LeakPost, type LeakPostOptions, leakPosts } from './leak-posts.js';

/** Arguments: an empty folder, so many events. Writes them as a MISP feed, changes some, and prints what it took. */
endWithParent();
process.once('SIGTERM', () => process.exit(0));

const organisation = { name: 'Benchmark', uuid: '11111111-2222-4333-8444-555555555555' };
const changedEvery = 100;
const { signal } = new AbortController();

const [folder = '', count = ''] = process.argv.slice(2);
const events = Number(count);
const sink = new MispFeedRevisionSink({ folder, organisation });
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
const seconds = await timed(() => send({}));
const changedSeconds = await timed(() => send({ changedEvery }));
const oneSeconds = await timed(() => send({ prefix: 'other' }, 1));
const { peakMemoryMb } = await usageOf(process.pid);
const indexing: Omit<Indexing, 'rowsPerSecond'> = {
  ...{ events, seconds, changedSeconds, oneSeconds },
  ...{ heldUpMs: delay.max / 1e6, peakMemoryMb },
};
console.log(JSON.stringify(indexing));

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

/** In calls as an import makes them; then the indexes are brought up to date. Only what changed is sent again. */
async function send(options: LeakPostOptions, count = events): Promise<void> {
  let waiting: EventRevision[] = [];
  let number = 0;
  for (const post of leakPosts(count, options)) {
    number += 1;
    if (options.changedEvery === undefined || number % options.changedEvery === 0) waiting.push(revision(post));
    if (waiting.length < sink.alertsPerCall) continue;
    await sink.send(waiting, signal);
    waiting = [];
  }
  if (waiting.length > 0) await sink.send(waiting, signal);
  await sink.settle(signal);
}

function revision(post: LeakPost): EventRevision {
  const event = eventOf(post);
  return { alertId: `${event.uuid}.1`, event, before: undefined, atMs: Date.now(), publish: false };
}

/** What the preset makes of a post, about. */
function eventOf({ actor, victim, first_seen, published, url }: LeakPost): MispEvent {
  const uuid = eventUuid(`bench ${victim}`);
  const attribute = (type: string, category: string, value: string): MispAttribute => ({
    ...{ uuid: attributeUuid(uuid, type, category, value), type, category, value },
    ...{ comment: '', to_ids: false, disable_correlation: false },
  });
  return {
    uuid,
    info: `[ransomwatch] ${actor} - victim:${victim}(${first_seen})`,
    date: first_seen.slice(0, 10),
    threat_level_id: '4',
    analysis: '0',
    distribution: '0',
    published: false,
    Tag: ['ransomwatch', `actor:${actor}`, 'tlp:clear'].map((name) => ({ name })),
    Attribute: [
      attribute('threat-actor', 'Attribution', actor),
      attribute('target-org', 'Targeting data', victim),
      attribute('comment', 'External analysis', `published ${published}`),
      attribute('link', 'External analysis', url),
    ],
  };
}
