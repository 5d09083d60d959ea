import { takeMember } from './take-member.js';
import { takePlace } from './take-place.js';
import { tarEntries } from './tar-entries.js';
import type { AttachedFile, Found } from './types.js';

/** Names and hashes every file in a tar, within the budget, and passes on those that can be looked into. */
export async function openTar(file: AttachedFile, found: Found): Promise<void> {
  const { entries, damaged } = tarEntries(file.bytes, found.budget.members + 1);
  if (damaged) found.finding('attachment-unreadable');
  for (const { name, bytes } of entries) {
    if (!takePlace(found)) return;
    await takeMember({ archive: file, path: name, packed: bytes, engine: null }, found);
  }
}
