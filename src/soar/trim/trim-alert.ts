import { setImmediate } from 'node:timers/promises';
import type { Alert } from '../../alerts/types.js';
import type { Warning } from '../../errors/warning.js';
import { cutFields, longestOf } from './cut-fields.js';
import { largest } from './largest.js';
import type { AlertLimits, SizeLimit, TrimmedAlert } from './limits.js';
import { lastSteps, type Step, steps } from './order.js';
import { cutsFrom, type TellCuts, withNote } from './tell-cuts.js';

/**
 * Makes an alert fit what a target takes, by one order for all targets (order.ts, docs/targets/trimming.md): each step
 * cuts no more than is needed, and the next begins only where the one before was not enough. What was cut stands in
 * `cuts` and in the first event's `lurewatch_cut`. The same alert gives the same bytes at every attempt. Ids are never
 * cut; an alert whose ids alone are above the limit comes back as short as it can be. Others get their turn in between:
 * one of dozens of megabytes takes a second.
 *
 *     const { alert, cuts } = await trimAlert(document.alert, {
 *       events: 500,
 *       sizes: [{ most: 1_000_000, measure: (alert) => Buffer.byteLength(JSON.stringify(bodyOf(alert))) }],
 *     });
 *     return { status: 'delivered', reference, ...cutWarnings(cuts) };
 */
export async function trimAlert(
  whole: Alert,
  { events = Number.POSITIVE_INFINITY, sizes }: AlertLimits,
): Promise<TrimmedAlert> {
  const counted = whole.events.length > events ? { ...whole, events: whole.events.slice(0, events) } : whole;
  const trimming = new Trimming(whole, sizes);
  if (await trimming.fits(counted)) return trimming.result(counted);
  let alert = counted;
  for (const step of steps) {
    alert = await trimming.cut(alert, step);
    if (await trimming.fits(alert)) return trimming.result(alert);
  }
  alert = await trimming.leaveOutEvents(alert);
  for (const step of lastSteps) {
    if (await trimming.fits(alert)) break;
    alert = await trimming.cut(alert, step);
  }
  return trimming.result(alert);
}

/** What a target adds to the result of a delivery: the cuts, and what else a person should know. */
export function cutWarnings(
  cuts: readonly string[],
  others: readonly Warning[] = [],
): { readonly warnings?: readonly Warning[] } {
  const warnings = [...cuts.map((reason): Warning => ({ code: 'LW_WARN_CUT', reason })), ...others];
  return warnings.length === 0 ? {} : { warnings };
}

/** So long the event loop is held, beside what a single request takes to be made. */
const turnMs = 20;

class Trimming {
  readonly #whole: Alert;
  readonly #sizes: readonly SizeLimit[];
  readonly #cutsOf: TellCuts;
  readonly #fills = new WeakMap<Alert, number>();
  #turnBegan = performance.now();

  constructor(whole: Alert, sizes: readonly SizeLimit[]) {
    this.#whole = whole;
    const kept = sizes.map((size) => ({ ...size, measure: once(size.measure) }));
    // The cheap ones first: what they say is often enough.
    this.#sizes = [
      ...kept.filter(({ least }) => least !== undefined),
      ...kept.filter(({ least }) => least === undefined),
    ];
    this.#cutsOf = cutsFrom(whole);
  }

  /** With the note of what is missing, which is part of what is sent. */
  result(alert: Alert): TrimmedAlert {
    if (alert === this.#whole) return { alert, cuts: [] };
    const cuts = this.#cutsOf(alert);
    return { alert: withNote(alert, cuts), cuts };
  }

  async fits(alert: Alert): Promise<boolean> {
    return (await this.#fill(alert)) <= 1;
  }

  /** As much of the step as is needed; all of it where that is not enough; nothing where it would save nothing. */
  async cut(alert: Alert, step: Step): Promise<Alert> {
    const longest = longestOf(alert, step);
    if (longest <= step.floor) return alert;
    const shortest = cutFields(alert, step, step.floor);
    if (!(await this.fits(shortest))) return (await this.#saves(alert, shortest)) ? shortest : alert;
    const floor = { count: step.floor, fill: await this.#fill(shortest) };
    const ceiling = { count: longest, fill: await this.#fill(alert) };
    const most = await largest(floor, ceiling, (count) => this.#fill(cutFields(alert, step, count)));
    return cutFields(alert, step, most);
  }

  /** The last events, but never the first one. */
  async leaveOutEvents(alert: Alert): Promise<Alert> {
    const first = (count: number): Alert => ({ ...alert, events: alert.events.slice(0, count) });
    const only = first(1);
    if (alert.events.length < 2 || !(await this.#saves(alert, only))) return alert;
    if (!(await this.fits(only))) return only;
    const all = { count: alert.events.length, fill: await this.#fill(alert) };
    return first(await largest({ count: 1, fill: await this.#fill(only) }, all, (count) => this.#fill(first(count))));
  }

  /**
   * How much of its limits an alert with its note takes up: it fits up to 1. Of one that does not fit, what the first
   * limit says that shows it.
   */
  async #fill(alert: Alert): Promise<number> {
    const known = this.#fills.get(alert);
    if (known !== undefined) return known;
    const { alert: sent } = this.result(alert);
    let fill = Math.max(0, ...this.#sizes.map((size) => (size.least?.(sent) ?? 0) / size.most));
    for (const { most, measure } of fill > 1 ? [] : this.#sizes) {
      await this.#turn();
      fill = Math.max(fill, measure(sent) / most);
      if (fill > 1) break;
    }
    this.#fills.set(alert, fill);
    return fill;
  }

  /** Lets others go on. */
  async #turn(): Promise<void> {
    if (performance.now() - this.#turnBegan < turnMs) return;
    await setImmediate();
    this.#turnBegan = performance.now();
  }

  /** Whether it helps with any limit that is not kept: no text gives way to a limit on the number of observables. */
  async #saves(alert: Alert, shorter: Alert): Promise<boolean> {
    for (const { most, measure, least } of this.#sizes) {
      if (least !== undefined && least(alert) > most) {
        if (least(shorter) < least(alert)) return true;
        continue;
      }
      await this.#turn();
      if (measure(alert) <= most) continue;
      await this.#turn();
      if (measure(shorter) < measure(alert)) return true;
    }
    return false;
  }
}

/** Asked for the same alert again, it is not made again. */
function once(measure: SizeLimit['measure']): SizeLimit['measure'] {
  const known = new WeakMap<Alert, number>();
  return (alert) => {
    const size = known.get(alert) ?? measure(alert);
    known.set(alert, size);
    return size;
  };
}
