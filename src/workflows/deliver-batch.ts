import { isCancellation, patched } from '@temporalio/workflow';
import type { Fate } from '../sinks/fate.js';
import { chunks } from '../sinks/in-parallel.js';
import { type MessageOf, refusesAllAlike } from '../sinks/refuses-all.js';
import { batchActivities, sinkActivities } from './activities.js';
import { asBatchFailure } from './failures.js';
import { atSink, neverBegan } from './routes.js';
import type { BatchFailure, OpenSink, Plan, SinkReport } from './types.js';

const mispSinkName = 'misp';

/** What the sinks together made of one alert. */
export type AlertFate =
  | { readonly kind: 'reached'; readonly earlier: boolean; readonly note: string }
  /** Other workflows have what is missing. */
  | { readonly kind: 'carried'; readonly note: string }
  /** A sink refuses everything: the message stays unread, for the next poll. `came`: it reached another one just now. */
  | { readonly kind: 'blocked'; readonly came: boolean; readonly sinks: readonly OpenSink[]; readonly note: string }
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
 * @param messageOf of each alert the message that it came with
 * @param goesTo of each alert the sinks that its route leads to, whatever the plan says; undefined: those of the plan
 */
export async function deliverBatch(
  mailbox: string,
  plan: Plan,
  alertIds: readonly string[],
  avoided: readonly string[],
  messageOf: MessageOf,
  goesTo: (alertId: string) => readonly string[] | undefined,
): Promise<AlertFates> {
  const planned = sinksOf(plan);
  const goes = (alertId: string, sink: string) => (goesTo(alertId) ?? planned).includes(sink);
  const all = new Set(alertIds.flatMap((alertId) => goesTo(alertId) ?? planned));
  // In the order of the plan, as a replay expects them.
  const sinks = [...new Set([...planned.filter((sink) => all.has(sink)), ...all])];
  const reports = await Promise.all(
    sinks.map((sink) => {
      const going = alertIds.filter((alertId) => goes(alertId, sink));
      if (avoided.includes(sink)) return howFar(mailbox, sink, going);
      return deliverInParts(mailbox, plan, sink, going, messageOf);
    }),
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
        open.filter(({ sink }) => goes(alertId, sink)),
        refusing,
        fates.flatMap((fate, index): Fate[] =>
          goes(alertId, sinks[index] ?? '') ? [fate.get(alertId) ?? { alertId, kind: 'open' }] : [],
        ),
      ),
    failure: troubles[0] === undefined ? undefined : { code: troubles[0].code, message: troubles[0].message },
    refusing: sinks.filter((_, index) => reports[index]?.trouble?.refusesAll === true),
  };
}

/** Parts that a sink refuses one after the other: then it is the sink, and not what they hold. */
const mostRefusedInARow = 2;

/**
 * A sink with a limit gets the alerts a few at a time, one after the other. The part that comes first is another each
 * time, so that one with an alert that the sink always refuses to hear of is not for ever in the way of the others.
 */
async function deliverInParts(
  mailbox: string,
  plan: Plan,
  sink: string,
  alertIds: readonly string[],
  messageOf: MessageOf,
): Promise<SinkReport> {
  const size = plan.alertsPerActivity?.[sink] ?? alertIds.length;
  if (alertIds.length <= size) return deliverTo(mailbox, plan, sink, alertIds, {});
  const fates: Fate[] = [];
  let trouble: SinkReport['trouble'];
  let refusedInARow = 0;
  for (const part of inTurn(chunks(alertIds, size))) {
    const report = await deliverTo(mailbox, plan, sink, part, { part: true });
    fates.push(...report.fates);
    trouble ??= report.trouble;
    refusedInARow = report.trouble === undefined ? 0 : refusedInARow + 1;
    // What is left stays open.
    if (report.trouble?.retryable === true || refusedInARow === mostRefusedInARow) break;
  }
  if (trouble === undefined) return refusesAllAlike(sink, fates, messageOf) ?? { fates };
  const reachedAny = fates.some((fate) => fate.kind === 'reached' && !fate.earlier);
  return { fates, trouble: { ...trouble, refusesAll: trouble.refusesAll && !reachedAny } };
}

function inTurn<T>(parts: readonly T[]): readonly T[] {
  // Temporal's own in a workflow: the same again in a replay.
  const first = Math.floor(Math.random() * parts.length);
  return [...parts.slice(first), ...parts.slice(0, first)];
}

async function deliverTo(
  mailbox: string,
  plan: Plan,
  sink: string,
  alertIds: readonly string[],
  part: { readonly part?: true },
): Promise<SinkReport> {
  try {
    return await send(mailbox, plan, sink, alertIds, part).catch(async (error: unknown) => {
      // Before there were queues, nobody waited so: a worker of that time hands the messages over at once.
      if (!neverBegan(error) || !patched('waits-twice-for-a-worker')) throw error;
      // Nobody worked on anything, or only this sink has no worker: the answer comes when somebody reads mail again.
      await howFar(mailbox, sink, alertIds);
      return send(mailbox, plan, sink, alertIds, part);
    });
  } catch (error) {
    if (isCancellation(error)) throw error;
    // Its workers died again and again, or it ran out of time.
    const { fates } = await howFar(mailbox, sink, alertIds);
    return { fates, trouble: { ...asBatchFailure(error), retryable: true, refusesAll: false } };
  }
}

/** A batch waits no longer for a worker than it would try: its messages are better off on their own then. */
const shortestWaitMs = 60_000;
/** Behind a limit they stand in line, with those of all mailboxes; and one by one they would take the longest. */
const waitBehindLimitMs = 5 * 60_000;

function send(
  mailbox: string,
  { patienceMs, alertsPerActivity }: Plan,
  sink: string,
  alertIds: readonly string[],
  part: { readonly part?: true },
): Promise<SinkReport> {
  const leastMs = alertsPerActivity?.[sink] === undefined ? shortestWaitMs : waitBehindLimitMs;
  const route = { ...atSink(sink), scheduleToStartTimeout: Math.max(patienceMs, leastMs) };
  if (sink === mispSinkName) {
    const summary = `${mailbox}: register ${alertIds.length} MISP events`;
    return sinkActivities.registerMispEvents.executeWithOptions({ summary, ...route }, [
      { mailbox, alertIds, patienceMs, ...part },
    ]);
  }
  const summary = `${mailbox}: post ${alertIds.length} alerts to ${sink}`;
  return sinkActivities.postAlerts.executeWithOptions({ summary, ...route }, [
    { mailbox, sink, alertIds, patienceMs, ...part },
  ]);
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
  // What another run has in hand is looked after as well: the message is marked only when that is reached too.
  const carried = sinks.filter((_, index) => fates[index]?.kind === 'carried');
  const left = [...open, ...carried];
  if (open.some(({ sink, rejected }) => rejected === undefined && refusing.has(sink))) {
    const came = fates.some((fate) => fate.kind === 'reached' && !fate.earlier);
    return { kind: 'blocked', came, sinks: left, note };
  }
  if (open.length > 0) return { kind: 'open', sinks: left, note };
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
