import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { resolve } from 'node:path';
import { z } from 'zod';
import { HttpClient, httpDefaults } from '../../../http/client.js';
import type { JwtConfig } from './config.js';

/** Public keys in PEM form, by their `kid`. */
export type KeySet = Readonly<Record<string, string>>;

const keySetSchema = z.object({
  keys: z.array(z.looseObject({ kid: z.string().optional(), use: z.string().optional(), kty: z.string() })),
});

/** Keys change seldom; one that was withdrawn must not be taken for long. */
const freshMs = 10 * 60_000;
/** Anybody can send a token with a made-up `kid`. */
const pauseMs = 30_000;
/** And go on sending them while the issuer does not answer. */
const failurePauseMs = 3_000;

/** The keys of an issuer, asked for when they are needed and kept for a while. */
export class RemoteKeySet {
  readonly #client: HttpClient;
  /** With its query, in which some issuers name whose keys are meant. */
  readonly #path: string;
  #known: { readonly keys: KeySet; readonly atMs: number } | undefined;
  #failed: { readonly error: unknown; readonly atMs: number } | undefined;
  #asking: Promise<KeySet> | undefined;

  constructor({ jwks, ca, verify }: JwtConfig, baseFolder: string) {
    const authorities = ca === undefined ? undefined : resolve(baseFolder, ca);
    const url = new URL(jwks);
    this.#path = url.pathname + url.search;
    this.#client = new HttpClient({ ...httpDefaults, baseUrl: url.origin, ca: authorities, verify });
  }

  /** @throws where the issuer does not answer with keys, and gave none lately */
  async keysFor(kid: string): Promise<KeySet> {
    const known = this.#known;
    const age = known === undefined ? Number.POSITIVE_INFINITY : Date.now() - known.atMs;
    if (known === undefined || age > freshMs) return this.#ask();
    if (Object.hasOwn(known.keys, kid) || age < pauseMs) return known.keys;
    // Who asks for a key that nobody has must not make those unknown that are fresh.
    return this.#ask().catch(() => known.keys);
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  /** One question at a time, and none for a moment after one that failed. */
  async #ask(): Promise<KeySet> {
    const failed = this.#failed;
    if (failed !== undefined && Date.now() - failed.atMs < failurePauseMs) throw failed.error;
    this.#asking ??= this.#fetch()
      .then(
        (keys) => {
          this.#known = { keys, atMs: Date.now() };
          return keys;
        },
        (error: unknown) => {
          this.#failed = { error, atMs: Date.now() };
          throw error;
        },
      )
      .finally(() => {
        this.#asking = undefined;
      });
    return this.#asking;
  }

  async #fetch(): Promise<KeySet> {
    const { status, body } = await this.#client.request({ method: 'GET', path: this.#path });
    if (status !== 200) throw new Error(`the issuer answered ${status} when asked for its keys`);
    const { keys } = keySetSchema.parse(JSON.parse(body));
    const signing = keys.flatMap(({ use, kid, ...key }) => {
      if (kid === undefined || (use !== undefined && use !== 'sig') || !['RSA', 'EC'].includes(key.kty)) return [];
      const pem = pemOf(key);
      return pem === undefined ? [] : [[kid, pem] as const];
    });
    return Object.fromEntries(signing);
  }
}

/** Undefined: of a curve that Node does not know, or broken. The others are none the worse for it. */
function pemOf(key: JsonWebKey): string | undefined {
  try {
    return createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
  } catch {
    return undefined;
  }
}
