import type { LurewatchError } from '../errors/lurewatch-error.js';
import type { MessageRecord } from '../ledger/records.js';
import type { FolderRef } from '../mail/source.js';
import type { FolderPage, PreparedBatch } from '../workflows/types.js';
import { buildAlerts, type ParsedMessage, type ParsedMessages } from './build-alerts.js';
import { type Dependencies, type Mailbox, mailboxNamed } from './dependencies.js';
import { extractIndicators } from './extract-indicators.js';
import { fetchMessages, unreadableMessage } from './fetch-messages.js';
import { mendEvidence } from './mend-evidence.js';
import { showProgress } from './progress.js';

export interface PrepareAlertsInput extends FolderPage {
  readonly mailbox: string;
}

/**
 * From messages in a mailbox to alerts in the store, ready to be sent: reads them, finds their indicators, builds their
 * documents. Each of the three keeps what it made, so an attempt goes on where the one before ended. They are one
 * activity because a step through Temporal's server costs more than any of them (docs/decisions/0006).
 */
export function createPrepareAlerts(dependencies: Dependencies) {
  return async function prepareAlerts(input: PrepareAlertsInput): Promise<PreparedBatch> {
    const mailbox = mailboxNamed(dependencies, input.mailbox);
    const stages = new Stages();
    stages.enter('fetch');
    const { records, written, ...fetched } = await fetchMessages(dependencies, mailbox, input);
    const waiting = fetched.messages.flatMap(({ uid, state }) => {
      const record = state === 'fresh' || state === 'known' ? records.get(uid) : undefined;
      return record === undefined ? [] : [record];
    });
    stages.enter('build');
    const { rows, damaged } = await buildAlerts(dependencies, mailbox, waiting, async (missing) => {
      stages.enter('extract');
      const parsed = await parseMessages(dependencies, mailbox, input, missing, written);
      stages.enter('build');
      return parsed;
    });
    const left = fetched.messages.flatMap(({ uid, alertId }) => {
      const error = damaged.get(alertId);
      return error === undefined ? [] : [unreadableMessage(uid, error)];
    });
    return {
      ...fetched,
      messages: fetched.messages.filter(({ alertId }) => !damaged.has(alertId)),
      unreadable: [...fetched.unreadable, ...left],
      rows,
      tookMs: stages.end(),
    };
  };
}

/** @param written evidence that was written just now: nobody need look whether it is there */
async function parseMessages(
  dependencies: Dependencies,
  mailbox: Mailbox,
  folder: FolderRef,
  records: readonly MessageRecord[],
  written: ReadonlySet<string>,
): Promise<ParsedMessages> {
  const mended = await mendEvidence(
    dependencies,
    mailbox,
    folder,
    records.filter(({ evidence }) => !written.has(evidence)),
  );
  const there = records.map((record) => mended.records.get(record.uid) ?? record);
  const evidence = there.flatMap((record) => (mended.lost.has(record.uid) ? [] : [record.evidence]));
  const gone = there.map((record) => record.evidence).filter((hash) => !evidence.includes(hash));
  const extractions = await extractIndicators(dependencies, mailbox, evidence, gone);
  const lost = new Map<string, LurewatchError>();
  const parsed = there.flatMap((record): ParsedMessage[] => {
    const extraction = extractions.get(record.evidence);
    const error = mended.lost.get(record.uid);
    if (extraction === undefined && error !== undefined) lost.set(record.alertId, error);
    return extraction === undefined ? [] : [{ record, extraction }];
  });
  return { parsed, lost };
}

type Stage = 'fetch' | 'extract' | 'build';

/** Says in the Web UI which stage is under way, and at the end how long each took. */
class Stages {
  readonly #tookMs = { fetch: 0, extract: 0, build: 0 };
  #current: Stage = 'fetch';
  #since = performance.now();

  enter(stage: Stage): void {
    this.#stop();
    this.#current = stage;
    showProgress({ stage });
  }

  end(): Readonly<Record<Stage, number>> {
    this.#stop();
    const { fetch, extract, build } = this.#tookMs;
    return { fetch: Math.round(fetch), extract: Math.round(extract), build: Math.round(build) };
  }

  #stop(): void {
    const now = performance.now();
    this.#tookMs[this.#current] += now - this.#since;
    this.#since = now;
  }
}
