import type { HttpResponse } from '../../http/client.js';

/** Types that TheHive does not have. */
export type MissingTypes = ReadonlySet<string>;

/** What goes into the place of a type that is missing; itself one of TheHive's. */
export const otherType = 'other';
/** So long it is believed: an administrator may add a type again. */
const keptMs = 10 * 60_000;

/**
 * Which of the observable types that alerts use an administrator has taken out, as TheHive's refusals and its list of
 * types tell. Kept for a while, so that each alert but the first is right at once.
 */
export class TypesOverThere {
  readonly #used: readonly string[];
  #missing: MissingTypes = new Set();
  #untilMs = 0;

  /** @param used all that alerts may have */
  constructor(used: readonly string[]) {
    this.#used = used;
  }

  missing(nowMs = Date.now()): MissingTypes {
    return nowMs < this.#untilMs ? this.#missing : new Set();
  }

  /**
   * After a refusal. Where nothing tells of a type that was not known to be missing, all of them count as missing: the
   * alert matters more than its observables.
   * @param sent what was known to be missing when that alert was made
   * @param refused what the refusal names
   * @param listed the types over there; undefined where the list cannot be read
   */
  learn(sent: MissingTypes, refused: Refusal, listed: readonly string[] | undefined): MissingTypes {
    const gone = new Set(sent);
    for (const type of this.#used) if (listed?.includes(type) === false || type === refused.type) gone.add(type);
    const missing = gone.size > sent.size ? gone : new Set(this.#used);
    // A refusal may quote what a sender wrote: it costs no other alert a type that the list shows.
    this.#missing = listed === undefined ? missing : new Set(this.#used.filter((type) => !listed.includes(type)));
    this.#untilMs = Date.now() + keptMs;
    return missing;
  }
}

/** A refusal for the sake of an observable type. */
export interface Refusal {
  /** Undefined where it does not say which. */
  readonly type: string | undefined;
}

/** TheHive 4 answers 404, "ObservableType source_IP not found" (TheHive issues 1440 and 2165). */
const named = /observable ?type\W{1,3}([\w-]{1,64})\W{1,3}not found/i;
/** What another release may say: only where the words stand near each other, since a refusal may quote the whole alert. */
const unknownType =
  /(?:unknown|invalid|unsupported|no such)[^{}]{0,40}(?:observable|data) ?type|(?:observable|data) ?type[^{}]{0,80}(?:not found|unknown|invalid|unsupported|does(?: not|n.t) exist)/i;

/** Whether an answer refuses the alert for the type of an observable. */
export function typeRefusal({ status, body }: HttpResponse): Refusal | undefined {
  if (status !== 400 && status !== 404 && status !== 422) return undefined;
  const beginning = body.slice(0, 64 * 1024);
  const type = named.exec(beginning)?.[1];
  return type !== undefined || unknownType.test(beginning) ? { type } : undefined;
}
