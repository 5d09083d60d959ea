import { isAbsolute } from 'node:path';
import type { LoadedConfig } from '../../config/load-config.js';
import { desiredSchedules } from '../../schedules/desired.js';
import { type Failure, failureOf } from '../report-error.js';
import { withTemporal } from '../with-temporal.js';
import { type Backlog, readBacklogs } from './backlogs.js';
import { feedStatus } from './feed-status.js';
import { mailboxStatus } from './mailbox-status.js';
import { type OpenedStore, openForStatus } from './store-status.js';
import type { SubjectFacts } from './subject-remarks.js';
import { readTemporal, type TemporalFacts } from './temporal-facts.js';
import { type Need, type Status, worst } from './types.js';

export interface StatusQuestion {
  readonly loaded: LoadedConfig;
  /** Undefined: the mailboxes are not asked. */
  readonly backlogs: ReadonlyMap<string, Backlog> | undefined;
  readonly store: OpenedStore;
}

/** Temporal, the store and the mailboxes are asked side by side, and each answers for itself. */
export async function readStatus(
  loaded: LoadedConfig,
  asksMailboxes: boolean,
  known?: ReadonlyMap<string, Backlog>,
): Promise<{ readonly status: Status; readonly backlogs: ReadonlyMap<string, Backlog> | undefined }> {
  const temporal = readTemporalOf(loaded);
  const store = await openForStatus(loaded);
  try {
    const backlogs = asksMailboxes ? (known ?? (await readBacklogs(loaded, store.ledger))) : undefined;
    return { status: assembled({ loaded, backlogs, store }, await temporal), backlogs };
  } finally {
    await store.store?.close();
  }
}

type TemporalAnswer = { readonly facts: TemporalFacts } | { readonly facts?: never; readonly error: Failure };

async function readTemporalOf(loaded: LoadedConfig): Promise<TemporalAnswer> {
  try {
    return { facts: await withTemporal((temporal) => readTemporal(temporal, loaded), loaded) };
  } catch (error) {
    return { error: failureOf(error) };
  }
}

function assembled({ loaded, backlogs, store }: StatusQuestion, temporal: TemporalAnswer): Status {
  const { config } = loaded;
  const { facts } = temporal;
  const planned = new Set(desiredSchedules(config).map(({ subject }) => subject));
  const subject = (about: SubjectFacts['about'], name: string): SubjectFacts => {
    const key = `${about} ${name}`;
    const runs = facts?.runs.get(key);
    const known = facts === undefined || runs === undefined ? undefined : { schedule: facts.schedules.get(key), runs };
    return { about, name, planned: planned.has(key), known };
  };
  const mailboxes = Object.entries(config.mailboxes).map(([name, { maxInDelivery }]) =>
    mailboxStatus({
      ...subject('mailbox', name),
      maxInDelivery,
      push: facts?.pushes.get(name),
      deliveries: facts?.deliveries.get(name),
      backlog: backlogs?.get(name),
    }),
  );
  const placeOf = (file: string) => (isAbsolute(file) ? file : (store.store?.placeOf(file) ?? `${file} in the store`));
  const feeds = Object.keys(config.feeds).map((name) => feedStatus(subject('feed', name), placeOf));
  const remarks = [
    ...temporalRemarks(temporal, config.taskQueue),
    ...storeRemarks(store),
    ...(facts === undefined || !planned.has('evidence') || facts.schedules.has('evidence') ? [] : [noEvidenceSchedule]),
  ];
  const all: readonly Need[] = [
    ...remarks,
    ...mailboxes.flatMap(({ name, remarks: some }) => some.map((one) => ({ about: `mailbox ${name}`, ...one }))),
    ...feeds.flatMap(({ name, remarks: some }) => some.map((one) => ({ about: `feed ${name}`, ...one }))),
  ];
  const { address = null, namespace = null, workers = null } = facts ?? {};
  return {
    at: new Date(),
    verdict: worst(all),
    needs: all.filter(({ verdict }) => verdict === 'person'),
    temporal: { reachable: facts !== undefined, address, namespace, workers },
    store: { state: store.state, place: store.place },
    mailboxes,
    feeds,
    remarks,
  };
}

const noEvidenceSchedule: Need = {
  about: 'store',
  verdict: 'waits',
  kind: 'schedule',
  message: 'old evidence is not removed, as the configuration asks: that has no schedule',
  command: 'lurewatch schedules apply',
};

function temporalRemarks(temporal: TemporalAnswer, taskQueue: string): readonly Need[] {
  if (temporal.facts === undefined) {
    const { code, message } = temporal.error;
    const command = code === 'LW_SEARCH_ATTRIBUTES_MISSING' ? 'lurewatch worker' : 'lurewatch check';
    return [{ about: 'Temporal', verdict: 'person', kind: 'temporal', code, message, command }];
  }
  const { workers, idleParts, heldElsewhere } = temporal.facts;
  const needs: Need[] = [];
  if (workers === 0) {
    const message = `no worker polls the task queue ${taskQueue}: nothing is read and nothing is delivered`;
    needs.push({ about: 'workers', verdict: 'person', kind: 'workers', message, command: 'lurewatch worker' });
  } else if (idleParts.length > 0) {
    const message = `nobody works at ${idleParts.join(', ')}: the workers that run were started for other parts`;
    needs.push({ about: 'workers', verdict: 'person', kind: 'workers', message, command: 'lurewatch worker' });
  }
  if (heldElsewhere > 0) {
    const message = `${heldElsewhere} held of mailboxes that this configuration does not have`;
    needs.push({ about: 'Temporal', verdict: 'person', kind: 'held', message, command: 'lurewatch held list' });
  }
  return needs;
}

function storeRemarks({ state, place, error }: OpenedStore): readonly Need[] {
  if (state === 'absent') {
    const message = `there is none at ${place}: no mail was handled so far, or the workers are on another machine`;
    return [{ about: 'store', verdict: 'waits', kind: 'store', message }];
  }
  if (error === undefined) return [];
  const { code, message } = error;
  return [{ about: 'store', verdict: 'person', kind: 'store', code, message, command: 'lurewatch check' }];
}
