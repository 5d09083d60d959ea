import { isOfficeFile } from './office-parts.js';
import { isFolder, openEntry } from './open-entry.js';
import { openOffice } from './open-office.js';
import { takePlace } from './take-place.js';
import type { AttachedFile, Found } from './types.js';
import { zipEntries } from './zip-entries.js';

/** Read of the directory. */
const maxEntries = 5000;

/**
 * Names and hashes every file in a zip, within the budget, and passes on those that can be looked into. An Office
 * document is told by the names of its files, whatever it is called.
 */
export async function openZip(file: AttachedFile, found: Found): Promise<void> {
  const { entries, complete } = zipEntries(file.bytes, maxEntries);
  if (!complete) found.finding('attachment-unreadable');
  if (isOfficeFile(entries)) {
    if (entries.length === maxEntries) found.finding('office-cut');
    await openOffice(file, entries, found);
    return;
  }
  // By its name it may have passed for a document so far.
  if (file.archives >= found.maxArchives) {
    found.finding('archive-cut');
    return;
  }
  for (const entry of entries) {
    if (isFolder(entry)) continue;
    if (!takePlace(found)) return;
    await openEntry(file, entry, found);
  }
}
