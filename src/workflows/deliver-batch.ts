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
  /** A sink refuses everything: the message stays unread, for the next poll. */
  | { readonly kind: 'blocked'; readonly note: string }
  | { readonly kind: 'open'; readonly sinks: readonly OpenSink[]; readonly note: string };

export interface AlertFates {
  of(alertId: string): AlertFate;
  readonly failure: BatchFailure | undefined;
  /** No sink took anything, and one of them refuses everything: more batches would fare the same. */
  readonly blocked: boolean;
}

/** Brings a batch to all its sinks side by side, so that one that is down never delays another. */
export async function deliverBatch(mailbox: string, plan: Plan, alertIds: readonly string[]): Promise<AlertFates> {
  const names = [...plan.targets, ...(plan.misp ? [mispSinkName] : [])];
  const sinks = alertIds.length === 0 ? [] : names;
  const reports = await Promise.all(sinks.map((sink) => deliverTo(mailbox, plan, sink, alertIds)));
  const fates = reports.map((report) => new Map(report.fates.map((fate) => [fate.alertId, fate])));
  const troubles = reports.flatMap(({ trouble }) => (trouble === undefined || trouble.retryable ? [] : [trouble]));
  const accepted = reports.some((report) => report.fates.some((fate) => fate.kind === 'reached' && !fate.earlier));
  const refusing = new Set(sinks.filter((_, index) => reports[index]?.trouble?.retryable === false));
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
    blocked: !accepted && troubles.some(({ refusesAll }) => refusesAll),
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
    // Its workers died again and again, or it ran out of time: the ledger says how far it came.
    const failure = asBatchFailure(error);
    const fates = await batchActivities.readFates.executeWithOptions({ summary: `${mailbox}: how far ${sink} came` }, [
      { sink, alertIds },
    ]);
    return { fates, trouble: { ...failure, retryable: true, refusesAll: false } };
  }
}

function combine(sinks: readonly OpenSink[], refusing: ReadonlySet<string>, fates: readonly Fate[]): AlertFate {
  const note = sinks.map(({ sink }, index) => `${sink} ${wordFor(fates[index])}`).join(', ');
  const open = sinks.flatMap((still, index): OpenSink[] => {
    const fate = fates[index];
    if (fate?.kind === 'rejected') return [{ sink: still.sink, rejected: fate.reason }];
    return fate?.kind === 'open' ? [still] : [];
  });
  if (open.some(({ sink, rejected }) => rejected === undefined && refusing.has(sink))) return { kind: 'blocked', note };
  // What another run has in hand is looked after as well: the message is marked only when that is reached too.
  const carried = sinks.filter((_, index) => fates[index]?.kind === 'carried');
  if (open.length > 0) return { kind: 'open', sinks: [...open, ...carried], note };
  if (carried.length > 0) return { kind: 'carried', note };
  return { kind: 'reached', earlier: fates.every((fate) => fate.kind === 'reached' && fate.earlier), note };
}

function wordFor(fate: Fate | undefined): string {
  if (fate === undefined || fate.kind === 'open') return 'not reached yet';
  if (fate.kind === 'reached') return fate.reference === '' ? 'reached' : `→ ${fate.reference}`;
  return fate.kind === 'carried' ? 'in the hands of another run' : `rejected it (${fate.reason})`;
}
