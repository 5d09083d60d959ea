import { z } from 'zod';
import { isLurewatchError, LurewatchError } from '../errors/lurewatch-error.js';

const reasonsShown = 3;

const detailsSchema = z.object({ uid: z.string(), others: z.array(z.string()).optional() });

/**
 * What `fetch` of a MailSource throws about messages that are there and cannot be read, once it has handed over all
 * others. Its details name them: `{uid}`, or `{uid, others}` where there are several.
 * @param reasons UID → why
 */
export function unreadableError(where: string, reasons: ReadonlyMap<string, string>, mend?: string): LurewatchError {
  const [uid = '', ...others] = reasons.keys();
  const shown = [...reasons].slice(0, reasonsShown).map(([which, reason]) => `UID ${which}: ${reason}`);
  const more = reasons.size > reasonsShown ? `; and ${reasons.size - reasonsShown} more` : '';
  const which = others.length === 0 ? 'a message is there' : `${reasons.size} messages are there`;
  return new LurewatchError('LW_MAIL_PROTOCOL', `${which} and cannot be read (${shown.join('; ')}${more})`, {
    where,
    mend,
    details: others.length === 0 ? { uid } : { uid, others },
  });
}

/** The messages that such an error is about; none where it is about something else. */
export function unreadableUids(error: unknown): readonly string[] {
  if (!isLurewatchError(error, 'LW_MAIL_PROTOCOL')) return [];
  const { data } = detailsSchema.safeParse(error.details);
  return data === undefined ? [] : [data.uid, ...(data.others ?? [])];
}
