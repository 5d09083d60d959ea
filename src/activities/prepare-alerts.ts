import { Context } from '@temporalio/activity';
import type { FolderPage, PreparedBatch } from '../workflows/types.js';
import { createBuildAlerts } from './build-alerts.js';
import type { Dependencies } from './dependencies.js';
import { createExtractIndicators } from './extract-indicators.js';
import { createFetchMessages } from './fetch-messages.js';

export interface PrepareAlertsInput extends FolderPage {
  readonly mailbox: string;
}

/**
 * From messages in a mailbox to alerts in the store, ready to be sent: reads them, finds their indicators, builds their
 * documents. Each of the three keeps what it made, so an attempt goes on where the one before ended. They are one
 * activity because a step through Temporal's server costs more than any of them (docs/decisions/0006).
 */
export function createPrepareAlerts(dependencies: Dependencies) {
  const fetchMessages = createFetchMessages(dependencies);
  const extractIndicators = createExtractIndicators(dependencies);
  const buildAlerts = createBuildAlerts(dependencies);

  return async function prepareAlerts(input: PrepareAlertsInput): Promise<PreparedBatch> {
    const stopwatch = new Stopwatch();
    const fetched = await stopwatch.time('fetch', fetchMessages(input));
    const waiting = fetched.messages.filter(({ state }) => state === 'fresh' || state === 'known');
    if (waiting.length === 0) return { ...fetched, rows: [], tookMs: stopwatch.tookMs };
    const place = { ...input, uids: waiting.map(({ uid }) => uid) };
    await stopwatch.time('extract', extractIndicators(place));
    const rows = await stopwatch.time('build', buildAlerts(place));
    return { ...fetched, rows, tookMs: stopwatch.tookMs };
  };
}

/** Says in the Web UI which stage is under way, and at the end how long each took. */
class Stopwatch {
  readonly tookMs: Record<string, number> = {};

  async time<Result>(stage: 'fetch' | 'extract' | 'build', work: Promise<Result>): Promise<Result> {
    const startedAt = performance.now();
    Context.current().heartbeat({ stage });
    const result = await work;
    this.tookMs[stage] = Math.round(performance.now() - startedAt);
    return result;
  }
}
