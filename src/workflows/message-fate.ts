import type { AlertFate, AlertFates } from './deliver-batch.js';
import type { BatchMessage, OpenSink } from './types.js';

/** What became of a message: of its own alert, or of those of the mails that it carries together. */
export type MessageFate =
  | { readonly kind: 'reached'; readonly earlier: boolean; readonly note: string }
  /** Other workflows have what is missing. */
  | { readonly kind: 'carried'; readonly note: string }
  /** It stays unread for the next poll. `came`: some of it reached a sink just now. */
  | { readonly kind: 'blocked'; readonly came: boolean; readonly note: string }
  | { readonly kind: 'open'; readonly leaving: readonly LeavingAlert[]; readonly note: string };

/** An alert that goes on in a workflow of its own. */
export interface LeavingAlert {
  readonly alertId: string;
  readonly sinks: readonly OpenSink[];
}

const mostNotes = 3;

export function fateOfMessage(
  { alertId, alertIds = [alertId], othersCarried }: BatchMessage,
  fates: AlertFates,
): MessageFate {
  const each = alertIds.map((one) => ({ alertId: one, fate: fates.of(one) }));
  const note = noteOf(each.map(({ fate }) => fate));
  // With one of them all that are left leave, also those that a refusing sink keeps from being tried: while one has a
  // workflow, polls pass the message over.
  if (each.some(({ fate }) => fate.kind === 'open')) {
    const leaving = each.flatMap(({ alertId: one, fate }) =>
      fate.kind === 'open' || fate.kind === 'blocked' ? [{ alertId: one, sinks: fate.sinks }] : [],
    );
    return { kind: 'open', leaving, note };
  }
  if (each.some(({ fate }) => fate.kind === 'blocked')) {
    return { kind: 'blocked', came: each.some(({ fate }) => cameCloser(fate)), note };
  }
  if (othersCarried === true || each.some(({ fate }) => fate.kind === 'carried')) return { kind: 'carried', note };
  return { kind: 'reached', earlier: each.every(({ fate }) => fate.kind === 'reached' && fate.earlier), note };
}

function cameCloser(fate: AlertFate): boolean {
  return fate.kind === 'blocked' ? fate.came : fate.kind === 'reached' && !fate.earlier;
}

function noteOf(fates: readonly AlertFate[]): string {
  const more = fates.length > mostNotes ? [`and ${fates.length - mostNotes} more`] : [];
  return [...fates.slice(0, mostNotes).map(({ note }) => note), ...more].join('; ');
}
