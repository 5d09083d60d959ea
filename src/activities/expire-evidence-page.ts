import { statSync } from 'node:fs';
import { opendir, readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { z } from 'zod';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { keys } from '../ledger/keys.js';
import { ExpiringFiles } from '../retention/expiring-files.js';
import { OldEvidence } from '../retention/old-evidence.js';
import { rememberRun, timeOfRun } from '../retention/run-clock.js';
import type { ExpiredPage, RemovedEvidence } from '../retention/types.js';
import { activitySignal } from './context.js';
import type { Dependencies } from './dependencies.js';
import { showProgress } from './progress.js';

export interface ExpireEvidencePageInput {
  readonly dryRun: boolean;
  /** Run id of the workflow that began it, before it ever continued as new. */
  readonly run?: string;
}

/** A page is no more than this, so that its activity comes to an end. A dry run, which changes nothing, is one page. */
const mostRemovedInPage = 5_000;
const judgedAtOnce = 50;
const looksInARow = 200;
/** A file that says it is older was written while a clock was wrong. */
const earliestCredibleMs = Date.UTC(2024, 0, 1);

const progressSchema = z.object({ removed: z.number(), removedBytes: z.number() });

/**
 * Removes evidence that was last stored longer ago than the configuration keeps it, with what was found in it, as far
 * as its alerts have come to their end. Each page looks from the beginning, so it may be cut off anywhere and done again.
 */
export function createExpireEvidencePage(dependencies: Dependencies, mostRemoved = mostRemovedInPage) {
  return async function expireEvidencePage({ dryRun, run: first }: ExpireEvidencePageInput): Promise<ExpiredPage> {
    const { store } = dependencies;
    const { retainedMs, folder } = retained(dependencies);
    const { info } = Context.current();
    const run = first ?? info.workflowExecution?.runId ?? info.activityId;
    const now = await timeOfRun(store, run, [Date.now(), info.currentAttemptScheduledTimestampMs]);
    const beforeMs = now - retainedMs;
    const files = new ExpiringFiles(join(folder, 'expiring'));
    if (!dryRun) {
      await rememberRun(store, run, now);
      await files.prepare();
      await files.recover((name) => join(folder, keys.evidence(hashOf(name) ?? name)), beforeMs);
    }
    const progress = progressSchema.safeParse(info.heartbeatDetails);
    const before = progress.success ? progress.data : { removed: 0, removedBytes: 0 };
    const old = new OldEvidence({ dependencies, files, beforeMs, dryRun, before, signal: activitySignal() });
    let remaining = 0;
    let batch: string[] = [];
    for await (const { sha256, path } of evidenceIn(folder)) {
      const mtimeMs = await changedAt(path, dryRun);
      if (mtimeMs === undefined) continue;
      remaining += 1;
      if (remaining % looksInARow === 0) await lookAround(old.removed);
      if (mtimeMs < beforeMs) batch.push(sha256);
      if (batch.length < judgedAtOnce) continue;
      await old.remove(batch);
      batch = [];
      await lookAround(old.removed);
      if (!dryRun && old.removed.removed - before.removed >= mostRemoved) break;
    }
    await old.remove(batch);
    const { removed, removedBytes } = old.removed;
    return {
      before: new Date(beforeMs).toISOString(),
      removed,
      removedBytes,
      kept: old.kept,
      remaining: dryRun ? remaining : remaining - (removed - before.removed),
      more: !dryRun && removed - before.removed >= mostRemoved,
    };
  };
}

/** Whether the activity is still wanted; others get their turn; and the Web UI sees how far it is. */
async function lookAround(removed: RemovedEvidence): Promise<void> {
  showProgress(removed);
  activitySignal().throwIfAborted();
  await turn();
}

function retained({ config, store }: Dependencies): { readonly retainedMs: number; readonly folder: string } {
  const where = 'store.retention';
  const folder = store.localPath('evidence')?.replace(/[\\/]evidence$/, '');
  if (folder === undefined) {
    const mend = 'Give the bucket a lifecycle rule instead: docs/s3.md has it.';
    throw new LurewatchError('LW_CONFIG_INVALID', 'in a bucket Lurewatch removes no evidence itself', { where, mend });
  }
  const retainedMs = config.store.retention.evidence;
  if (retainedMs !== undefined) return { retainedMs, folder };
  const mend = 'Set `store.retention.evidence`, as `180d`, and restart the workers.';
  throw new LurewatchError('LW_CONFIG_INVALID', 'evidence is kept for ever', { where, mend });
}

async function* evidenceIn(
  folder: string,
): AsyncGenerator<{ readonly sha256: string; readonly path: string }, void, undefined> {
  for (const inHalf of await halves(join(folder, 'evidence'))) {
    // Not a list of all names: there may be ten million.
    for await (const { name } of await opendir(inHalf)) {
      const sha256 = hashOf(name);
      if (sha256 !== undefined) yield { sha256, path: join(inHalf, name) };
    }
  }
}

/** What else stands there (`lost+found`, a note) is not ours. No folder: nothing was ever stored. */
async function halves(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  const own = found.filter((entry) => entry.isDirectory() && /^[0-9a-z]$/.test(entry.name));
  return own.map(({ name }) => join(folder, name)).sort();
}

function hashOf(name: string): string | undefined {
  return /^([0-9a-f]{64})\.eml$/.exec(name)?.[1];
}

/** When it was last stored; undefined: it is gone. */
async function changedAt(path: string, dryRun: boolean): Promise<number | undefined> {
  const mtimeMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (mtimeMs === undefined || mtimeMs >= earliestCredibleMs) return mtimeMs;
  const now = new Date();
  // It may be of yesterday: its time begins now.
  if (!dryRun) await utimes(path, now, now).catch(() => undefined);
  return now.getTime();
}
