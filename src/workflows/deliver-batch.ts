import { isCancellation } from '@temporalio/workflow';
import type { Fate } from '../sinks/fate.js';
import { batchActivities, sinkActivities } from './activities.js';
import { asBatchFailure } from './failures.js';
import type { BatchFailure, OpenSink, Plan, SinkReport } from './types.js';

const mispSinkName = 'misp';

/** What the sinks together made of one alert. */
export type AlertFate =
  | { readonly kind: 'reached'; readonly earlier: boolean; readonly note: string }
  /** Other workflows have what is missing. */
  | { readonly kind: 'carried'; readonly note: string }
  /** A sink refuses everything: the message stays unread, for the next poll. `came`: it reached another one just now. */
  | { readonly kind: 'blocked'; readonly came: boolean; readonly note: string }
  | { readonly kind: 'open'; readonly sinks: readonly OpenSink[]; readonly note: string };

export interface AlertFates {
  of(alertId: string): AlertFate;
  readonly failure: BatchFailure | undefined;
  /** Sinks that refused every alert of this batch. */
  readonly refusing: readonly string[];
}

/** The names of the sinks that each alert must reach. */
export function sinksOf({ targets, misp }: Plan): readonly string[] {
  return [...targets, ...(misp ? [mispSinkName] : [])];
}

/**
 * Brings a batch to all its sinks side by side, so that one that is down never delays another.
 * @param avoided sinks that refuse everything: only the ledger is asked how far the alerts came there
 */
export async function deliverBatch(
  mailbox: string,
  plan: Plan,
  alertIds: readonly string[],
  avoided: readonly string[],
): Promise<AlertFates> {
  const sinks = alertIds.length === 0 ? [] : sinksOf(plan);
  const reports = await Promise.all(
    sinks.map((sink) =>
      avoided.includes(sink) ? howFar(mailbox, sink, alertIds) : deliverTo(mailbox, plan, sink, alertIds),
    ),
  );
  const fates = reports.map((report) => new Map(report.fates.map((fate) => [fate.alertId, fate])));
  const troubles = reports.flatMap(({ trouble }) => (trouble === undefined || trouble.retryable ? [] : [trouble]));
  const refusing = new Set(
    sinks.filter((sink, index) => avoided.includes(sink) || reports[index]?.trouble?.retryable === false),
  );
  const open = sinks.map((sink, index): OpenSink => {
    const notBeforeMs = reports[index]?.trouble?.notBeforeMs;
    return { sink, ...(notBeforeMs === undefined ? {} : { notBeforeMs }) };
  });
  return {
    of: (alertId) =>
      combine(
        open,
        refusing,
        fates.map((fate) => fate.get(alertId) ?? { alertId, kind: 'open' }),
      ),
    failure: troubles[0] === undefined ? undefined : { code: troubles[0].code, message: troubles[0].message },
    refusing: sinks.filter((_, index) => reports[index]?.trouble?.refusesAll === true),
  };
}

async function deliverTo(
  mailbox: string,
  { patienceMs }: Plan,
  sink: string,
  alertIds: readonly string[],
): Promise<SinkReport> {
  try {
    if (sink === mispSinkName) {
      const summary = `${mailbox}: register ${alertIds.length} MISP events`;
      return await sinkActivities.registerMispEvents.executeWithOptions({ summary }, [
        { mailbox, alertIds, patienceMs },
      ]);
    }
    const summary = `${mailbox}: post ${alertIds.length} alerts to ${sink}`;
    return await sinkActivities.postAlerts.executeWithOptions({ summary }, [{ mailbox, sink, alertIds, patienceMs }]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    // Its workers died again and again, or it ran out of time.
    const { fates } = await howFar(mailbox, sink, alertIds);
    return { fates, trouble: { ...asBatchFailure(error), retryable: true, refusesAll: false } };
  }
}

/** What the ledger knows. */
async function howFar(mailbox: string, sink: string, alertIds: readonly string[]): Promise<SinkReport> {
  const summary = `${mailbox}: how far ${alertIds.length} alerts came at ${sink}`;
  return { fates: await batchActivities.readFates.executeWithOptions({ summary }, [{ sink, alertIds }]) };
}

function combine(sinks: readonly OpenSink[], refusing: ReadonlySet<string>, fates: readonly Fate[]): AlertFate {
  const note = sinks.map(({ sink }, index) => `${sink} ${wordFor(fates[index])}`).join(', ');
  const open = sinks.flatMap((still, index): OpenSink[] => {
    const fate = fates[index];
    if (fate?.kind === 'rejected') return [{ sink: still.sink, rejected: fate.reason }];
    return fate?.kind === 'open' ? [still] : [];
  });
  if (open.some(({ sink, rejected }) => rejected === undefined && refusing.has(sink))) {
    return { kind: 'blocked', came: fates.some((fate) => fate.kind === 'reached' && !fate.earlier), note };
  }
  // What another run has in hand is looked after as well: the message is marked only when that is reached too.
  const carried = sinks.filter((_, index) => fates[index]?.kind === 'carried');
  if (open.length > 0) return { kind: 'open', sinks: [...open, ...carried], note };
  if (carried.length > 0) return { kind: 'carried', note };
  return { kind: 'reached', earlier: fates.every((fate) => fate.kind === 'reached' && fate.earlier), note };
}

function wordFor(fate: Fate | undefined): string {
  if (fate === undefined || fate.kind === 'open') return 'not reached yet';
  if (fate.kind === 'reached') return fate.reference === '' ? 'reached' : `→ ${short(fate.reference)}`;
  return fate.kind === 'carried' ? 'in the hands of another run' : `rejected it (${fate.reason})`;
}

const longestReference = 40;

/** A path or address as far as it tells cases apart: the ledger and `find` have the whole. */
function short(reference: string): string {
  return reference.length <= longestReference ? reference : `…${reference.slice(reference.lastIndexOf('/'))}`;
}
