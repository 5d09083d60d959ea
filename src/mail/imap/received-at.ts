import { fetchEach } from './fetch-each.js';
import type { ImapSession } from './session.js';

/** INTERNALDATE of the first of these messages of the open folder that is there and has one. */
export async function receivedAt(session: ImapSession, uids: readonly number[]): Promise<Date | undefined> {
  const { found } = await fetchEach(session, uids, { internalDate: true });
  const [told] = found.flatMap(({ internalDate }) => (internalDate === undefined ? [] : [new Date(internalDate)]));
  return told;
}
