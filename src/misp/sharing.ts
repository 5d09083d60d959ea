import type { StoredEvent } from './stored-event.js';
import type { MispEvent } from './types.js';

/** MISP's number for a sharing group. */
const toSharingGroup = '4';

/**
 * How far those who may see an event in MISP are others than the feed says: a person may have meant that, so it is
 * told and not changed. Undefined where it is the same, or MISP does not say.
 */
export function sharingDifference(
  { distribution, sharingGroup }: Pick<StoredEvent, 'distribution' | 'sharingGroup'>,
  wanted: Pick<MispEvent, 'distribution' | 'sharing_group_id'>,
): string | undefined {
  if (distribution === '') return undefined;
  if (distribution !== wanted.distribution) {
    return `MISP has distribution ${distribution}, the feed says ${wanted.distribution}: change it in MISP`;
  }
  const group = wanted.sharing_group_id;
  if (distribution !== toSharingGroup || group === undefined || sharingGroup === '' || sharingGroup === group) {
    return undefined;
  }
  return `MISP has sharing group ${sharingGroup}, the feed says ${group}: change it in MISP`;
}
