import { LurewatchError } from '../errors/lurewatch-error.js';
import type { MessageRecord } from '../ledger/records.js';
import type { FolderPage } from '../workflows/types.js';
import type { Dependencies } from './dependencies.js';

/** The ledger's records of messages that `fetchMessages` has been through, in the order of the UIDs. */
export async function messageRecords(
  { ledger }: Dependencies,
  input: FolderPage & { readonly mailbox: string },
): Promise<readonly MessageRecord[]> {
  const records = await ledger.messages.find(input.mailbox, input, input.uids);
  return records.map((record, index) => {
    if (record !== undefined) return record;
    throw new LurewatchError('LW_STORE_CORRUPT', `the record of message ${input.uids[index]} is gone`, {
      where: `mailbox ${input.mailbox}, folder ${input.folder}`,
    });
  });
}
