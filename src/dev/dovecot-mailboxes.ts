import { randomUUID } from 'node:crypto';
import { chmod, chown, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';

export interface MailToStore {
  readonly raw: Buffer | string;
  /** Like `\\Seen`. */
  readonly flags?: readonly string[] | undefined;
  /** INTERNALDATE; by default now. */
  readonly receivedAt?: Date | undefined;
}

export interface DovecotMailboxesOptions {
  readonly port: number;
  readonly users: Readonly<Record<string, string>>;
  readonly mailFolder: string;
  readonly owner: { readonly uid: number; readonly gid: number };
}

/** Dovecot hangs up on whoever looks while a folder is being renumbered ("Mailbox was deleted under us"). */
const mostLooks = 5;

function isHungUp(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'NoConnection';
}

/** The mailboxes of a Dovecot of ours as its administrator sees them: what other clients and the file system may do. */
export class DovecotMailboxes {
  readonly #options: DovecotMailboxesOptions;

  constructor(options: DovecotMailboxesOptions) {
    this.#options = options;
  }

  /** Stores mails with IMAP APPEND, creating the folder if it is absent. Gives back their UIDs, in order. */
  async append(user: string, folder: string, mails: readonly MailToStore[]): Promise<string[]> {
    return this.#as(user, async (client) => {
      if (folder !== 'INBOX') await client.mailboxCreate(folder);
      const uids: string[] = [];
      for (const mail of mails) {
        const raw = typeof mail.raw === 'string' ? Buffer.from(mail.raw) : mail.raw;
        const stored = await client.append(folder, raw, [...(mail.flags ?? [])], mail.receivedAt);
        if (stored === false || stored.uid === undefined) throw new Error(`APPEND to ${folder} was refused.`);
        uids.push(String(stored.uid));
      }
      return uids;
    });
  }

  /** Delivers into INBOX as a mail server does: files in `new`. Quick, for thousands. UIDs follow the order given. */
  async deliver(user: string, mails: readonly MailToStore[]): Promise<void> {
    // Opening it makes Dovecot create the Maildir.
    await this.flags(user, 'INBOX');
    const maildir = this.#maildir(user, 'INBOX');
    const startedAt = Date.now();
    for (const [index, mail] of mails.entries()) {
      const receivedAt = mail.receivedAt ?? new Date();
      // Dovecot numbers new files by the seconds and then the microseconds (M) of their names; P ends that number.
      const name = `${startedAt}.M${String(index).padStart(8, '0')}P${randomUUID().slice(0, 8)}.local`;
      const written = join(maildir, 'tmp', name);
      await writeFile(written, mail.raw);
      await utimes(written, receivedAt, receivedAt);
      await this.#own(written);
      await rename(written, join(maildir, 'new', name));
    }
  }

  /** UID → flags of every message of the folder. */
  async flags(user: string, folder: string): Promise<Map<string, readonly string[]>> {
    const look = () =>
      this.#as(user, async (client) => {
        const { exists } = await client.mailboxOpen(folder, { readOnly: true });
        const found = exists === 0 ? [] : await client.fetchAll('1:*', { uid: true, flags: true });
        return new Map(found.map(({ uid, flags }) => [String(uid), [...(flags ?? [])]]));
      });
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await look();
      } catch (error) {
        if (attempt === mostLooks || !isHungUp(error)) throw error;
      }
    }
  }

  async setFlags(user: string, folder: string, uids: readonly string[], flags: readonly string[]): Promise<void> {
    await this.#as(user, async (client) => {
      await client.mailboxOpen(folder);
      await client.messageFlagsSet(uids.join(','), [...flags], { uid: true });
    });
  }

  async expunge(user: string, folder: string, uids: readonly string[]): Promise<void> {
    await this.#as(user, async (client) => {
      await client.mailboxOpen(folder);
      await client.messageDelete(uids.join(','), { uid: true });
    });
  }

  /**
   * Renumbers the folder: another UIDVALIDITY, and the UIDs of the messages in reverse, so that a client that keeps
   * using the old numbers hits other messages.
   */
  async resetUidValidity(user: string, folder: string): Promise<void> {
    await this.#rewriteUidList(user, folder, (uidValidity, entries) => {
      const uids = entries.map((entry) => entry.slice(0, entry.indexOf(' ')));
      const renumbered = uids.map((uid, index) => {
        const entry = entries[entries.length - 1 - index] ?? '';
        return uid + entry.slice(entry.indexOf(' '));
      });
      return { uidValidity: uidValidity + 1, entries: renumbered };
    });
  }

  /** Gives the folder this UIDVALIDITY and leaves all UIDs: as servers have it whose numbering begins with 1. */
  async setUidValidity(user: string, folder: string, uidValidity: number): Promise<void> {
    await this.#rewriteUidList(user, folder, (_, entries) => ({ uidValidity, entries }));
  }

  /** Makes the file of a message unreadable: the server lists it and answers NO where it is asked for its bytes. */
  async damage(user: string, folder: string, uid: string): Promise<void> {
    const maildir = this.#maildir(user, folder);
    const [, ...entries] = (await readFile(join(maildir, 'dovecot-uidlist'), 'utf8')).split('\n');
    const entry = entries.find((line) => line.startsWith(`${uid} `)) ?? '';
    const uniqueName = entry.slice(entry.indexOf(' :') + 2).split(':')[0];
    for (const part of ['new', 'cur']) {
      const name = (await readdir(join(maildir, part))).find((file) => file.split(':')[0] === uniqueName);
      if (name !== undefined) return chmod(join(maildir, part, name), 0o000);
    }
    throw new Error(`There is no message ${uid} in ${folder}.`);
  }

  /** Leaves the user only these IMAP ACL rights (RFC 4314 letters) on a folder: `lr` may read and set no flag. */
  async restrict(user: string, folder: string, rights: string): Promise<void> {
    const path = join(this.#maildir(user, folder), 'dovecot-acl');
    await writeFile(path, `owner ${rights}\n`);
    await this.#own(path);
  }

  async #rewriteUidList(
    user: string,
    folder: string,
    change: (uidValidity: number, entries: readonly string[]) => { uidValidity: number; entries: readonly string[] },
  ): Promise<void> {
    const maildir = this.#maildir(user, folder);
    const listPath = join(maildir, 'dovecot-uidlist');
    const [header = '', ...entries] = (await readFile(listPath, 'utf8')).trimEnd().split('\n');
    const changed = change(Number(/ V(\d+)/.exec(header)?.[1]), entries);
    const renewed = header.replace(/ V\d+/, ` V${changed.uidValidity}`);
    for (const name of await readdir(maildir)) {
      if (name.startsWith('dovecot.index')) await rm(join(maildir, name));
    }
    await writeFile(`${listPath}.new`, `${[renewed, ...changed.entries].join('\n')}\n`);
    await this.#own(`${listPath}.new`);
    await rename(`${listPath}.new`, listPath);
  }

  /** Where the folder's `new`, `cur` and `tmp` lie (Maildir++, names in UTF-8). */
  #maildir(user: string, folder: string): string {
    const home = join(this.#options.mailFolder, user, 'Maildir');
    return folder === 'INBOX' ? home : join(home, `.${folder.replaceAll('/', '.')}`);
  }

  async #own(path: string): Promise<void> {
    if (process.getuid?.() === 0) await chown(path, this.#options.owner.uid, this.#options.owner.gid);
  }

  async #as<Result>(user: string, task: (client: ImapFlow) => Promise<Result>): Promise<Result> {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port: this.#options.port,
      secure: false,
      doSTARTTLS: false,
      logger: false,
      disableAutoIdle: true,
      auth: { user, pass: this.#options.users[user] ?? '' },
    });
    client.on('error', () => {});
    await client.connect();
    try {
      return await task(client);
    } finally {
      await client.logout().catch(() => client.close());
    }
  }
}
