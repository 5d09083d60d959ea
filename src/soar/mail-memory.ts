import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';
import type { Sink } from '../sinks/sink.js';
import { Places } from '../turns/places.js';
import type { OpenOriginal } from './original.js';

/** Mails of up to so many bytes are in memory so many at a time. */
export interface MailTier {
  readonly bytes: number;
  readonly atATime: number;
}

/** A call to a sink, as long as it lasts. */
interface Call {
  readonly sink: string;
  readonly signal: AbortSignal;
  /** The places that it has, and how each is given back. */
  readonly has: Map<Places, () => void>;
}

/**
 * A mail that goes along stands in a request several times: as it was received, in Base64, in JSON, on the wire. Sixteen of
 * 5 MiB for each of some targets would end a worker, so the larger ones take turns. Most are small, and wait for nobody.
 */
const tiers: readonly MailTier[] = [
  { bytes: 256 * 1024, atATime: Number.POSITIVE_INFINITY },
  { bytes: 5 * 1024 * 1024, atATime: 4 },
  { bytes: Number.POSITIVE_INFINITY, atATime: 1 },
];

/** The mails that all targets of a process have in memory. A place is held until the call to the target has ended. */
export class MailMemory {
  readonly #tiers: readonly { readonly bytes: number; readonly places: Places | undefined }[];
  readonly #calls = new AsyncLocalStorage<Call>();

  /**
   * @param from the smallest first; the last one takes mails of any size
   */
  constructor(from: readonly MailTier[] = tiers) {
    const placesFor = (atATime: number) => (Number.isFinite(atATime) ? new Places(atATime) : undefined);
    this.#tiers = from.map(({ bytes, atATime }) => ({ bytes, places: placesFor(atATime) }));
  }

  /**
   * Opens mails, each once there is room for it. Nobody knows how large one is before it was read: it is begun, and begun
   * again in the next tier where it goes on, so that no connection to the store stays open meanwhile.
   */
  opening(open: OpenOriginal): OpenOriginal {
    return async (sha256) => {
      const call = this.#calls.getStore();
      if (call === undefined) return open(sha256);
      for (const { bytes, places } of this.#tiers.slice(0, -1)) {
        if (places !== undefined) await enter(places, call);
        const mail = await open(sha256);
        const whole = mail && (await upTo(mail, bytes));
        if (mail === undefined || whole !== undefined) return whole;
        // Nothing of it is in memory: while it waits, others may be.
        if (places !== undefined) giveBack(places, call);
      }
      const last = this.#tiers.at(-1)?.places;
      if (last !== undefined) await enter(last, call);
      return open(sha256);
    };
  }

  /** The sink, whose calls hold the places of the mails that are opened in them. */
  holding(sink: Sink): Sink {
    const { name, repeats, alertsPerCall, concurrency, inFlightMs, find } = sink;
    return {
      ...{ name, repeats, alertsPerCall, concurrency, inFlightMs },
      wants: (document) => sink.wants(document),
      send: async (documents, signal, mayGoOn) => {
        if (!documents.some(({ attachOriginal }) => attachOriginal === true)) {
          return sink.send(documents, signal, mayGoOn);
        }
        const call: Call = { sink: name, signal, has: new Map() };
        try {
          return await this.#calls.run(call, () => sink.send(documents, signal, mayGoOn));
        } finally {
          for (const leave of call.has.values()) leave();
        }
      },
      ...(find === undefined ? {} : { find: find.bind(sink) }),
      check: (signal) => sink.check(signal),
      close: () => sink.close(),
    };
  }
}

/** That of this process. */
export const mailMemory = new MailMemory();

/** Takes a place for as long as the call lasts, and never a second one of the same tier. */
async function enter(places: Places, { sink, signal, has }: Call): Promise<void> {
  if (has.has(places)) return;
  await new Promise<void>((entered, failed) => {
    const stay = () =>
      new Promise<void>((left) => {
        has.set(places, left);
        entered();
      });
    places.use(sink, stay, signal).catch(failed);
  });
}

function giveBack(places: Places, { has }: Call): void {
  has.get(places)?.();
  has.delete(places);
}

/** All of a mail, closed; undefined where it has more bytes. */
async function upTo(mail: Readable, mostBytes: number): Promise<Readable | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of mail as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop closes the mail.
    if (bytes > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Readable.from(chunks, { objectMode: false });
}
