import { setTimeout as pause } from 'node:timers/promises';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { WatchListener, WatchTimings } from '../watch.js';
import { openFolder } from './open-folder.js';
import { ImapSession } from './session.js';
import type { ImapSettings } from './settings.js';

/** Each is a connection, and servers allow an account only so many. The others are polled and nothing else. */
export const mostFoldersHeard = 5;

/** A server that ends each IDLE at once must not be asked without end. */
const leastMs = 1_000;

/**
 * Listens to the first folders of the mailbox with IDLE (RFC 2177), each over a connection of its own, until `signal` is
 * aborted. Throws as soon as one of them is lost. Nothing is read, marked or kept: folders are opened with EXAMINE.
 */
export async function listen(
  settings: ImapSettings,
  listener: WatchListener,
  signal: AbortSignal,
  timings: WatchTimings,
): Promise<void> {
  const ends = new AbortController();
  const stop = AbortSignal.any([signal, ends.signal]);
  const each = settings.folders
    .slice(0, mostFoldersHeard)
    .map((folder) => listenTo(settings, folder, listener, stop, timings).finally(() => ends.abort()));
  const ended = await Promise.allSettled(each);
  if (signal.aborted) return;
  // The others ended for the sake of the one that failed.
  const failures = ended.flatMap((end) =>
    end.status === 'rejected' && end.reason !== stop.reason ? [end.reason] : [],
  );
  if (failures.length > 0) throw failures[0];
}

async function listenTo(
  settings: ImapSettings,
  folder: string,
  listener: WatchListener,
  stop: AbortSignal,
  timings: WatchTimings,
): Promise<void> {
  const session = await ImapSession.open(settings, stop);
  try {
    if (!session.has('IDLE')) throw noIdle(settings);
    session.onMore(() => listener.arrived(folder));
    const { uidValidity, uidNext } = await openFolder(session, folder, 'read');
    listener.listening({ folder, state: `${uidValidity} ${uidNext ?? 'unknown'}` });
    while (!stop.aborted) await idle(session, timings, stop);
  } finally {
    await session.logout();
  }
}

/** One IDLE, ended by a NOOP that has to be answered. */
async function idle(session: ImapSession, { renewMs, answerMs }: WatchTimings, stop: AbortSignal): Promise<void> {
  const over = new AbortController();
  const beganAt = Date.now();
  // imapflow ends it when another command is to be sent, and answers `false` where the server refused it.
  const idling = session.run('listen', (client) => client.idle());
  await Promise.race([idling, sleep(renewMs, AbortSignal.any([stop, over.signal]))]);
  over.abort();
  if (stop.aborted) return;
  const answered = await answers(session, answerMs);
  if (!answered) {
    session.drop();
    throw silent(session.settings, answerMs);
  }
  if ((await idling) === false) throw session.refusal('listen');
  if (Date.now() - beganAt < Math.min(leastMs, renewMs)) await sleep(leastMs, stop);
}

async function answers(session: ImapSession, withinMs: number): Promise<boolean> {
  const enough = new AbortController();
  const alive = session.alive();
  const answered = await Promise.race([alive, sleep(withinMs, enough.signal).then(() => false)]);
  enough.abort();
  return answered;
}

/** Ends early, and without an error, when the signal is aborted. */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => undefined);
}

function silent({ host, port, where }: ImapSettings, answerMs: number): LurewatchError {
  const what = `${host}:${port} did not answer within ${answerMs / 1000} s on the connection that listens for new mail`;
  return new LurewatchError('LW_MAIL_UNREACHABLE', what, { where });
}

/** Whether it can be listened to, a line for people. Throws where the server offers no IDLE. */
export function checkIdle(session: ImapSession): readonly string[] {
  const { settings } = session;
  if (settings.pushed !== true) return [];
  if (!session.has('IDLE')) throw noIdle(settings);
  const heard = settings.folders.slice(0, mostFoldersHeard).map((folder) => `"${folder}"`);
  const left = settings.folders.length - heard.length;
  return [`push by IDLE: ${heard.join(', ')}${left === 0 ? '' : `; the other ${left} are only polled`}`];
}

function noIdle({ host, port, where }: ImapSettings): LurewatchError {
  return new LurewatchError('LW_MAIL_NO_IDLE', `${host}:${port} offers no IDLE`, { where });
}
