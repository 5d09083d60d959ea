import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dispatcher } from 'undici';
import type { RowWarning } from '../types.js';
import { makeWorkFolder } from '../work-folder.js';
import type { UrlSourceConfig } from './config.js';
import { type FetchedEvents, fetchEvents } from './fetch-events.js';
import type { Answer } from './follow-redirects.js';
import { type Manifest, type ManifestEntry, readManifest } from './misp-manifest.js';
import { refusedAnswer } from './refused-answer.js';
import { eventsAfter, onceSettled, planFetch, type RememberedList, rememberedEvents } from './remembered-events.js';
import { saveBody } from './save-body.js';
import type { SavedStream } from './save-stream.js';
import type { FeedSource, FetchedSource } from './source.js';
import type { Headers, UrlRequests, Wanted } from './url-requests.js';
import { firstByte, isThere } from './url-source.js';
import { conditionsFor, stateOf } from './validators.js';

/** Of a hundred thousand events some fifty million. */
const maxManifestBytes = 128 * 1024 * 1024;

/**
 * A feed of MISP on a web server: `manifest.json` lists its events, and each stands in a file of its own beside it. Only
 * those are fetched that are new, or have another timestamp there than when they were taken in.
 */
export class MispFeedSource implements FeedSource {
  readonly #config: UrlSourceConfig;
  readonly #requests: UrlRequests;
  /** Ends in `/`. */
  readonly #folder: Wanted;
  readonly #manifest: Wanted;
  /** The address as configured, which may not be kept where others read it. */
  readonly #of: string;

  constructor(config: UrlSourceConfig, requests: UrlRequests) {
    this.#config = config;
    this.#requests = requests;
    this.#folder = folderOf(requests.configured);
    this.#manifest = this.#fileNamed('manifest.json');
    this.#of = createHash('sha256').update(config.url).digest('hex').slice(0, 32);
  }

  fetch(
    folder: string,
    known: Readonly<Record<string, unknown>> | undefined,
    signal?: AbortSignal,
  ): Promise<FetchedSource> {
    return this.#requests.connected(signal, async (connections, ending) => {
      const asked = (url: URL) => conditionsFor(known, this.#config.url, url);
      const answer = await this.#requests.get(connections, this.#manifest, asked);
      if (answer.status === 304 && Object.keys(asked(answer.url)).length > 0) return { kind: 'unchanged' };
      const manifest = await this.#read(answer, folder, ending);

      const remembered = rememberedEvents(known, this.#of);
      const { unchanged, wanted } = planFetch(manifest.entries, remembered);
      const fetched = await fetchEvents(wanted.slice(0, this.#config.maxEvents), {
        folder,
        maxBytes: this.#config.maxUnpackedBytes,
        maxEventBytes: this.#config.maxEventBytes,
        ending,
        signal,
        nameOf: (entry) => this.#fileOf(entry).name,
        fetchTo: (entry, path) => this.#fetchEvent(connections, entry, path, ending),
      });
      const left = wanted.length - fetched.files.length - fetched.rejected.length;
      const taken = fetched.files.flatMap(({ listed }) => (listed === undefined ? [] : [listed]));
      const events = eventsAfter(remembered, manifest.entries, taken, fetched.tried, Date.now());
      const list: RememberedList = { of: this.#of, base: this.#folder.name, events };
      const said = left > 0 ? {} : stateOf(this.#config.url, answer.url, answer.headers);
      return {
        kind: 'files',
        files: fetched.files,
        problems: [],
        state: onceSettled({ ...said, list }),
        listing: {
          uuids: [...manifest.entries.keys()],
          unchanged: unchanged.length,
          unnamed: manifest.rejected.length,
          rejected: [...manifest.rejected, ...fetched.rejected],
          warnings: left > 0 ? [this.#warningOf(left, fetched)] : [],
        },
      };
    });
  }

  /** Reads the manifest, and asks for the first byte of its newest event. */
  async check(signal?: AbortSignal): Promise<readonly string[]> {
    const folder = await makeWorkFolder();
    try {
      return await this.#requests.connected(signal, async (connections, ending) => {
        const { name, url } = this.#manifest;
        const answer = await this.#requests.get(connections, this.#manifest);
        const { entries, rejected } = await this.#read(answer, folder, ending);
        const redirected = answer.url.origin === url.origin ? '' : `, redirected to ${answer.url.origin}`;
        const lists = `${name}: lists ${entries.size} ${entries.size === 1 ? 'event' : 'events'}${redirected}`;
        const unnamed = rejected.length === 0 ? [] : [`${rejected.length} of its entries have no UUID for a name`];
        const [newest] = planFetch(entries, new Map()).wanted;
        if (newest === undefined) return [lists, ...unnamed];
        const file = this.#fileOf(newest);
        const event = await this.#requests.get(connections, file, () => firstByte);
        if (!isThere(event)) throw refusedAnswer(event, file.name, this.#requests.where);
        event.body.destroy();
        return [lists, ...unnamed, 'the newest can be read'];
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async first(): Promise<undefined> {
    return undefined;
  }

  async close(): Promise<void> {}

  #fileOf({ written }: ManifestEntry): Wanted {
    return this.#fileNamed(`${written}.json`);
  }

  /** A file in the folder of the feed; the query, which may be a token, goes with each request. */
  #fileNamed(file: string): Wanted {
    const { url, name } = this.#folder;
    const address = new URL(file, url);
    address.search = url.search;
    return { url: address, name: name + file };
  }

  async #read(answer: Answer, folder: string, ending: AbortSignal): Promise<Manifest> {
    const { name } = this.#manifest;
    const { where } = this.#requests;
    const path = join(folder, 'manifest');
    await this.#save(answer, this.#manifest, path, maxManifestBytes, ending);
    try {
      return await readManifest({ where, name, path }, ending);
    } finally {
      await rm(path, { force: true });
    }
  }

  async #fetchEvent(
    connections: Dispatcher,
    entry: ManifestEntry,
    path: string,
    ending: AbortSignal,
  ): Promise<SavedStream> {
    const file = this.#fileOf(entry);
    const answer = await this.#requests.get(connections, file, () => unstored);
    return this.#save(answer, file, path, this.#config.maxEventBytes, ending);
  }

  #save(answer: Answer, { name }: Wanted, path: string, limitBytes: number, ending: AbortSignal): Promise<SavedStream> {
    const { where } = this.#requests;
    if (answer.status !== 200) {
      // Its page is of no use, and its end need not be waited for.
      answer.body.destroy();
      throw refusedAnswer(answer, name, where);
    }
    const maxBytes = Math.min(limitBytes, this.#config.maxBytes);
    const maxUnpackedBytes = Math.min(limitBytes, this.#config.maxUnpackedBytes);
    return saveBody(answer, path, { where, name, maxBytes, maxUnpackedBytes }, ending);
  }

  #warningOf(left: number, { stopped }: FetchedEvents): RowWarning {
    const events = left === 1 ? 'event is' : 'events are';
    const why = stopped ?? `\`maxEvents\` is ${this.#config.maxEvents}`;
    const reason = `${left} ${events} left to the next import: ${why}`;
    return { file: this.#manifest.name, row: 1, code: 'LW_WARN_LEFT', reason };
  }
}

/** A cache on the way may have an event as it was before the manifest that we have. */
const unstored: Headers = { 'cache-control': 'no-cache' };

/** The folder that holds what is configured: itself, or its manifest.json. */
function folderOf({ url, name }: Wanted): Wanted {
  const folder = new URL(url);
  folder.pathname = folder.pathname.replace(/[^/]*$/, '');
  // `https://feed.example` is a folder too.
  return { url: folder, name: /\/\/.*\//.test(name) ? name.replace(/[^/]*$/, '') : `${name}/` };
}
