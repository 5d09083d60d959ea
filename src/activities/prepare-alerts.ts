import type { LurewatchError } from '../errors/lurewatch-error.js';
import type { MessageRecord, SkipRecord } from '../ledger/records.js';
import { skipText } from '../mail/skip/skip-rules.js';
import type { FolderRef } from '../mail/source.js';
import type { BatchMessage, FolderPage, PreparedBatch, SkippedRow } from '../workflows/types.js';
import { buildAlerts, type ParsedMessage, type ParsedMessages } from './build-alerts.js';
import { type Dependencies, type Mailbox, mailboxNamed } from './dependencies.js';
import { extractIndicators } from './extract-indicators.js';
import { fetchMessages, unreadableMessage } from './fetch-messages.js';
import { mendEvidence } from './mend-evidence.js';
import { showProgress } from './progress.js';
import { short } from './short.js';
import { type Candidate, skipMessages } from './skip-messages.js';

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
    const { records, written, elsewhere, ...fetched } = await fetchMessages(dependencies, mailbox, input);
    const candidates = fetched.messages.flatMap(({ uid, state }): Candidate[] => {
      const record = state === 'fresh' || state === 'known' ? records.get(uid) : undefined;
      return record === undefined ? [] : [{ record, fresh: state === 'fresh' }];
    });
    const parse = async (missing: readonly MessageRecord[]) => {
      stages.enter('extract');
      const parsed = await parseMessages(dependencies, mailbox, input, missing, written);
      stages.enter('build');
      return parsed;
    };
    stages.enter('build');
    const { skipped, parsed: already } = await skipMessages(dependencies, mailbox, candidates, parse);
    const waiting = candidates.flatMap(({ record }) => (skipped.has(record.alertId) ? [] : [record]));
    const { rows, originals, damaged } = await buildAlerts(dependencies, mailbox, waiting, async (missing) => {
      const parsed = new Set(already.parsed.map(({ record }) => record.uid));
      const left = missing.filter(({ uid, alertId }) => !parsed.has(uid) && !already.lost.has(alertId));
      return withEarlier(already, left.length === 0 ? undefined : await parse(left), missing);
    });
    const left = fetched.messages.flatMap(({ uid, alertId }) => {
      const error = damaged.get(alertId);
      return error === undefined ? [] : [unreadableMessage(uid, error)];
    });
    return {
      ...fetched,
      messages: fetched.messages
        .filter(({ alertId }) => !damaged.has(alertId))
        .map((message) => withOriginals(message, originals.get(message.alertId), elsewhere))
        .map((message) => withSkipped(message, skipped.get(message.alertId))),
      unreadable: [...fetched.unreadable, ...left],
      rows: rows.filter(({ alertId }) => !elsewhere.has(alertId)),
      ...(skipped.size === 0 ? {} : { skipped: [...skipped.values()].map(skippedRow) }),
      tookMs: stages.end(),
    };
  };
}

function withOriginals(
  message: BatchMessage,
  all: readonly string[] | undefined,
  elsewhere: ReadonlySet<string>,
): BatchMessage {
  if (all === undefined) return message;
  const alertIds = all.filter((alertId) => !elsewhere.has(alertId));
  return { ...message, alertIds, ...(alertIds.length < all.length ? { othersCarried: true } : {}) };
}

/** What was decided before counts for what is new here, or waits. */
function withSkipped(message: BatchMessage, decision: SkipRecord | undefined): BatchMessage {
  const isOpen = message.state === 'fresh' || message.state === 'known';
  return decision === undefined || !isOpen ? message : { ...message, state: 'skipped' };
}

function skippedRow({ alertId, from, subject, rule }: SkipRecord): SkippedRow {
  return { alertId, from: short(from), subject: short(subject ?? ''), why: skipText(rule) };
}

function withEarlier(
  earlier: ParsedMessages,
  now: ParsedMessages | undefined,
  missing: readonly MessageRecord[],
): ParsedMessages {
  const wanted = new Set(missing.map(({ uid }) => uid));
  return {
    parsed: [...earlier.parsed.filter(({ record }) => wanted.has(record.uid)), ...(now?.parsed ?? [])],
    lost: new Map([...earlier.lost, ...(now?.lost ?? [])]),
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
  const extractions = await extractIndicators(dependencies, mailbox, evidence, gone, written);
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
