import type { Client } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import { z } from 'zod';
import { type HeartbeatTold, heartbeatDetails } from '../temporal/heartbeat-details.js';
import type { ImportProgress } from '../workflows/feed-types.js';
import { describeWorkflow, progressLine } from './progress-line.js';

const barWidth = 20;

/** How an import is getting on: a bar over the events to write, with their number a second and the time left. */
export function importProgress(client: Client, workflowId: string): { stop(): void } {
  let begun: Seen['begun'];
  return progressLine(client, 'import', async () => {
    const workflow = await describeWorkflow(client, workflowId);
    const line = async () => {
      const progress = await client.workflow.getHandle(workflowId).query<ImportProgress>('progress');
      const nowMs = Date.now();
      const { payloadCodecs } = client.options.loadedDataConverter;
      const { reading, inHand } = await toldBy(workflow.raw.pendingActivities ?? [], payloadCodecs);
      if (progress.stage !== 'reading') begun ??= { atMs: nowMs, done: progress.done + inHand };
      return importLine(progress, { reading, inHand, begun }, nowMs);
    };
    return { described: [workflow], line };
  });
}

/** What the activities say of themselves with each heartbeat. */
const readingSchema = z.object({ rows: z.number(), rejected: z.number() });
const writingSchema = z.object({ done: z.number(), of: z.number() });

/** What is seen from outside of the workflow. */
export interface Seen {
  readonly reading?: z.output<typeof readingSchema> | undefined;
  /** Events done of the parts that are under way, which the workflow counts at their ends. */
  readonly inHand: number;
  /** When writing was seen first, and how many events were done by then: what came before tells nothing of the rate. */
  readonly begun?: { readonly atMs: number; readonly done: number } | undefined;
}

/** One line for a terminal; what matters most stands first, since the end may be cut off. */
export function importLine(progress: ImportProgress, { reading, inHand, begun }: Seen, nowMs: number): string {
  const { stage, toWrite, created, updated, rejected, startedAtMs } = progress;
  if (stage === 'reading') {
    if (reading === undefined) return 'reading';
    return `reading · ${reading.rows} rows · ${rate(reading.rows, nowMs - startedAtMs)} rows/s · ${reading.rejected} rejected`;
  }
  const counts = [
    ...(created > 0 ? [`${created} created`] : []),
    ...(updated > 0 ? [`${updated} updated`] : []),
    ...(rejected > 0 ? [`${rejected} rejected`] : []),
  ];
  if (stage === 'finishing') return ['finishing', ...counts].join(' · ');
  if (toWrite === 0) return ['nothing to write', ...counts].join(' · ');
  const done = Math.min(toWrite, progress.done + inHand);
  const filled = Math.floor((done / toWrite) * barWidth);
  const bar = `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${done}/${toWrite}`;
  return [bar, ...pace(done, toWrite, begun, nowMs), ...counts].join(' · ');
}

function pace(done: number, toWrite: number, begun: Seen['begun'], nowMs: number): readonly string[] {
  if (begun === undefined || done <= begun.done || nowMs <= begun.atMs) return [];
  const perSecond = ((done - begun.done) / (nowMs - begun.atMs)) * 1000;
  const left = done < toWrite ? [`${duration((toWrite - done) / perSecond)} left`] : [];
  return [`${rate(done - begun.done, nowMs - begun.atMs)}/s`, ...left];
}

function rate(count: number, milliseconds: number): string {
  const perSecond = count / Math.max(1, milliseconds / 1000);
  return perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond));
}

/** What activities under way tell; nothing of those whose details cannot be read. */
export async function toldBy(
  activities: readonly HeartbeatTold[],
  codecs: readonly PayloadCodec[],
): Promise<Pick<Seen, 'reading' | 'inHand'>> {
  const details = await Promise.all(activities.map((one) => heartbeatDetails(one, codecs)));
  return {
    reading: details.map((one) => readingSchema.safeParse(one).data).find((one) => one !== undefined),
    inHand: details.reduce<number>((sum, one) => sum + (writingSchema.safeParse(one).data?.done ?? 0), 0),
  };
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
