import type { AttachedFile, Found } from './types.js';

type Places = Pick<Found, 'budget' | 'maxArchives' | 'overdue' | 'finding'>;

/** Takes a place for one more file of an archive. False, with the finding that says why, where there is none. */
export function takePlace({ budget, overdue, finding }: Places): boolean {
  if (budget.members === 0 || budget.unpackedBytes === 0) {
    finding('archive-cut');
    return false;
  }
  if (overdue()) {
    finding('attachments-cut');
    return false;
  }
  budget.members -= 1;
  return true;
}

/** The same for a file within a document, which is opened as one of an archive. */
export function takePlaceIn({ archives }: AttachedFile, { budget, maxArchives, finding }: Places): boolean {
  if (budget.members === 0 || archives >= maxArchives) {
    finding('archive-cut');
    return false;
  }
  budget.members -= 1;
  return true;
}
