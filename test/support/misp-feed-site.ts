import { hash } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** What the server of a feed answers for one of its files. */
export type Answering = string | number | ((request: IncomingMessage, response: ServerResponse) => void);

export interface SiteEvent {
  readonly uuid: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly info: string;
}

/** `…0001`, and so on. */
export function numberedUuid(number: number): string {
  return `5b0c5a1e-8a3c-4c4e-9f8c-${String(number).padStart(12, '0')}`;
}

export function siteEvent(number: number, timestamp = 1_700_000_000 + number, info = `Event ${number}`): SiteEvent {
  return { uuid: numberedUuid(number), timestamp, info };
}

export function eventJson({ uuid, timestamp, info }: SiteEvent): string {
  return JSON.stringify({ Event: { uuid, info, date: '2026-03-01', timestamp: String(timestamp), Attribute: [] } });
}

/** A feed of MISP as a web server has it, at its root and below `/feed/`; a test changes it between two imports. */
export class MispFeedSite {
  /** By UUID: the events that manifest and files have. */
  readonly events = new Map<string, SiteEvent>();
  /** By the name of the file: what is answered in place of it. */
  readonly instead = new Map<string, Answering>();
  /** Paths, in the order in which they were asked for. */
  readonly requests: string[] = [];
  readonly seen: IncomingMessage[] = [];
  /** The server tells its manifests apart by ETag. */
  tagged = false;

  put(...events: readonly SiteEvent[]): void {
    for (const event of events) this.events.set(event.uuid, event);
  }

  get manifest(): string {
    const entries = [...this.events.values()].map(({ uuid, timestamp, info }) => [
      uuid,
      { Orgc: { name: 'Elsewhere' }, Tag: [], info, date: '2026-03-01', timestamp: String(timestamp) },
    ]);
    return JSON.stringify(Object.fromEntries(entries));
  }

  /** Names of the files asked for since the last time, sorted: several are asked for at once. */
  takeRequests(): readonly string[] {
    return this.requests.splice(0).map(nameOf).sort();
  }

  readonly listener: RequestListener = (request, response) => {
    const path = (request.url ?? '').replace(/\?.*$/, '');
    this.requests.push(path);
    this.seen.push(request);
    const name = nameOf(path);
    const answer = this.instead.get(name) ?? this.#file(name);
    if (typeof answer === 'function') return answer(request, response);
    if (typeof answer === 'number') return void response.writeHead(answer).end();
    const etag = `"${hash('sha256', answer)}"`;
    const headers = name === 'manifest.json' && this.tagged ? { etag } : {};
    if (this.tagged && request.headers['if-none-match'] === etag) return void response.writeHead(304, headers).end();
    response.writeHead(200, { ...headers, 'content-type': 'application/json' }).end(answer);
  };

  #file(name: string): string | number {
    if (name === 'manifest.json') return this.manifest;
    const event = this.events.get(name.replace(/\.json$/, '').toLowerCase());
    return event === undefined ? 404 : eventJson(event);
  }
}

function nameOf(path: string): string {
  return path.replace(/^\/(feed\/)?/, '');
}
