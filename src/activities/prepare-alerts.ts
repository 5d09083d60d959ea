import type { FolderPage, PreparedBatch } from '../workflows/types.js';
import { buildAlerts } from './build-alerts.js';
import { type Dependencies, mailboxNamed } from './dependencies.js';
import { extractIndicators } from './extract-indicators.js';
import { fetchMessages } from './fetch-messages.js';
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
    const { records, ...fetched } = await fetchMessages(dependencies, mailbox, input);
    const waiting = fetched.messages.flatMap(({ uid, state }) => {
      const record = state === 'fresh' || state === 'known' ? records.get(uid) : undefined;
      return record === undefined ? [] : [record];
    });
    stages.enter('build');
    const rows = await buildAlerts(dependencies, mailbox, waiting, async (missing) => {
      stages.enter('extract');
      const extractions = await extractIndicators(dependencies, mailbox, missing);
      stages.enter('build');
      return extractions;
    });
    return { ...fetched, rows, tookMs: stages.end() };
  };
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
