import { Context } from '@temporalio/activity';

const shown = new WeakMap<Context, unknown>();

/**
 * What the Web UI shows of the running activity from its next heartbeat on (src/activities/failures.ts). Not a heartbeat
 * of its own: the first of an activity is a transaction at the server, and most activities have ended before it is due.
 */
export function showProgress(details: unknown, context = Context.current()): void {
  shown.set(context, details);
}

export function progressOf(context: Context): unknown {
  return shown.get(context);
}
