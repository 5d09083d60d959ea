import { stat } from 'node:fs/promises';
import type { LoadedConfig } from '../../config/load-config.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { type Ledger, openLedger } from '../../ledger/ledger.js';
import { openStore } from '../../store/open-store.js';
import type { Store } from '../../store/store.js';
import { type Failure, failureOf } from '../report-error.js';
import type { Status } from './types.js';

export interface OpenedStore {
  readonly state: Status['store']['state'];
  readonly place: string;
  readonly error?: Failure;
  readonly store?: Store;
  readonly ledger?: Ledger;
}

/** No such record: the question is whether it can be read at all. */
const probe = 'ledger/status/probe';
const answerWithinMs = 10_000;

/** Opens the store for reading and asks it one question. Changes nothing, also where there is none. */
export async function openForStatus({ config, resolve, secret }: LoadedConfig): Promise<OpenedStore> {
  const { store: settings } = config;
  const place = settings.kind === 'file' ? resolve(settings.path) : `s3://${settings.bucket}/${settings.prefix}`;
  if (settings.kind === 'file' && !(await exists(place))) return { state: 'absent', place };
  let store: Store | undefined;
  try {
    store = await openStore(settings, resolve, secret);
    await answered(store.readMany([probe]), place);
    return { state: 'there', place: store.place, store, ledger: openLedger(store) };
  } catch (error) {
    await store?.close();
    return { state: 'trouble', place, error: failureOf(error) };
  }
}

async function answered<T>(work: Promise<T>, where: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<never>((_, reject) => {
    const silent = new LurewatchError('LW_STORE_UNAVAILABLE', 'it does not answer', { where });
    timer = setTimeout(() => reject(silent), answerWithinMs);
  });
  try {
    return await Promise.race([work, overdue]);
  } finally {
    clearTimeout(timer);
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
