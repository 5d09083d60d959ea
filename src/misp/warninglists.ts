import type { Known } from '../indicators/exclude/known.js';
import type { MispClient } from './client.js';

/** Many mails name the same few hosts. */
const rememberMs = 60 * 60 * 1000;
const mostRemembered = 50_000;
const valuesPerRequest = 500;
/** A mail must not wait for lists: an answer that takes longer is none, and after one they are not asked for a while. */
const patienceMs = 3_000;
const pauseMs = 60_000;

type Lists = Pick<MispClient, 'onWarninglists' | 'close'>;

interface Remembered {
  /** The first list it is on; null: on none. */
  readonly list: string | null;
  readonly untilMs: number;
}

/**
 * The warninglists that are enabled in MISP (`POST /warninglists/checkValue`), for what alerts leave out. A convenience
 * that nothing depends on: where MISP does not answer, alerts are built without it and say so.
 */
export class MispWarninglists {
  readonly #client: Lists;
  readonly #now: () => number;
  readonly #remembered = new Map<string, Remembered>();
  #notBeforeMs = 0;

  constructor(client: Lists, now: () => number = Date.now) {
    this.#client = client;
    this.#now = now;
  }

  /** Which of the values are on a list, and on which; undefined where MISP cannot be asked for now. */
  async lookUp(values: readonly string[], signal: AbortSignal): Promise<Known | undefined> {
    const now = this.#now();
    const wanted = [...new Set(values)];
    // What this call asks for must be there at its end, however much it is.
    if (this.#remembered.size + wanted.length > mostRemembered) this.#remembered.clear();
    const missing = wanted.filter((value) => (this.#remembered.get(value)?.untilMs ?? 0) <= now);
    if (missing.length > 0 && now < this.#notBeforeMs) return undefined;
    // Of this call's own: others may make room meanwhile.
    const lists = new Map(wanted.map((value) => [value, this.#remembered.get(value)?.list ?? null]));
    try {
      for (let start = 0; start < missing.length; start += valuesPerRequest) {
        const some = missing.slice(start, start + valuesPerRequest);
        for (const [value, list] of await this.#ask(some, signal)) lists.set(value, list);
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Error)) throw error;
      this.#notBeforeMs = this.#now() + pauseMs;
      return undefined;
    }
    return new Map(
      [...lists].flatMap(([value, list]): readonly (readonly [string, string])[] =>
        list === null ? [] : [[value, list]],
      ),
    );
  }

  /** One line for people. @throws what stands in the way */
  async check(signal: AbortSignal): Promise<string> {
    await this.#client.onWarninglists(['lurewatch.example'], signal);
    return 'MISP answers for its warninglists';
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #ask(values: readonly string[], signal: AbortSignal): Promise<Known> {
    const found = await this.#client.onWarninglists(values, AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]));
    const untilMs = this.#now() + rememberMs;
    for (const value of values) this.#remembered.set(value, { list: found.get(value) ?? null, untilMs });
    return found;
  }
}
