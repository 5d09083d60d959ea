import { isLurewatchError } from '../errors/lurewatch-error.js';
import type { Store } from '../store/store.js';
import { healthyForMs } from './read-health-file.js';

/** Whether a worker can do its work now. Codes and ages only: it is told to whoever asks. */
export interface Readiness {
  readonly ready: boolean;
  /** Seconds since Temporal was last seen to be asked for work; null: not yet. */
  readonly temporal: { readonly ready: boolean; readonly lastPollSeconds: number | null };
  readonly store: { readonly ready: boolean; readonly code?: string };
}

export interface ReadinessOptions {
  readonly lastSeen: () => number | undefined;
  readonly store: Pick<Store, 'readMany'>;
  readonly now?: () => number;
}

/** No record has this key: the store answers that, or it does not answer. */
const probeKey = 'readiness/probe';
const storePatienceMs = 5_000;
/** Whoever asks ten times a second must not become a load for the store. */
const storeAnswerForMs = 5_000;

/** @returns a question for `/readyz`, which never throws and answers within some seconds */
export function createReadiness({ lastSeen, store, now = Date.now }: ReadinessOptions): () => Promise<Readiness> {
  let asked: { readonly atMs: number; readonly answer: Promise<Readiness['store']> } | undefined;
  return async () => {
    if (asked === undefined || now() - asked.atMs > storeAnswerForMs) {
      asked = { atMs: now(), answer: askStore(store) };
    }
    const seenAt = lastSeen();
    const ageMs = seenAt === undefined ? undefined : now() - seenAt;
    const temporal = {
      ready: ageMs !== undefined && ageMs <= healthyForMs,
      lastPollSeconds: ageMs === undefined ? null : Math.round(ageMs / 1000),
    };
    const storeAnswer = await asked.answer;
    return { ready: temporal.ready && storeAnswer.ready, temporal, store: storeAnswer };
  };
}

async function askStore(store: Pick<Store, 'readMany'>): Promise<Readiness['store']> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<Readiness['store']>((resolve) => {
    timer = setTimeout(() => resolve({ ready: false, code: 'LW_STORE_UNAVAILABLE' }), storePatienceMs);
  });
  const asking = store.readMany([probeKey]).then(
    (): Readiness['store'] => ({ ready: true }),
    (error: unknown): Readiness['store'] => ({ ready: false, code: isLurewatchError(error) ? error.code : 'OTHER' }),
  );
  return Promise.race([asking, patience]).finally(() => clearTimeout(timer));
}
