import type { Dirent } from 'node:fs';
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** A message file of a Maildir (https://cr.yp.to/proto/maildir.html). */
export interface MaildirEntry {
  /** The file name up to the colon: it stays while flags and folder change. */
  readonly uniqueName: string;
  readonly folder: 'new' | 'cur';
  readonly path: string;
  /** The letters after `:2,`, sorted. */
  readonly flags: string;
}

/** S is what readers set; what lies in `new` has not been seen by any. */
export function isUnread(entry: MaildirEntry): boolean {
  return entry.folder === 'new' || !entry.flags.includes('S');
}

/** All messages by unique name. One caught between `new` and `cur` counts as where it went. */
export async function scanMaildir(maildir: string): Promise<Map<string, MaildirEntry>> {
  const entries = new Map<string, MaildirEntry>();
  // `new` first: a message that moves on in between is then met twice rather than never.
  for (const folder of ['new', 'cur'] as const) {
    for (const file of await readdir(join(maildir, folder), { withFileTypes: true })) {
      const entry = parseEntry(maildir, folder, file);
      if (entry !== undefined) entries.set(entry.uniqueName, entry);
    }
  }
  return entries;
}

function parseEntry(maildir: string, folder: 'new' | 'cur', file: Dirent): MaildirEntry | undefined {
  if (!file.isFile() || file.name.startsWith('.')) return undefined;
  const [uniqueName = '', info = ''] = file.name.split(':', 2);
  const flags = info.startsWith('2,') ? info.slice(2) : '';
  return { uniqueName, folder, path: join(maildir, folder, file.name), flags };
}

/** Moves a message to `cur` with S among its flags, in one atomic step. Throws what rename throws. */
export async function renameAsSeen(maildir: string, entry: MaildirEntry): Promise<void> {
  const flags = [...new Set(`${entry.flags}S`)].sort().join('');
  await rename(entry.path, join(maildir, 'cur', `${entry.uniqueName}:2,${flags}`));
}
