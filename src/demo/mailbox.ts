import { createHash } from 'node:crypto';
import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { dovecotAvailable, startDovecot } from '../dev/dovecot.js';
import type { DemoFolder } from './folder.js';

/** A mailbox to show Lurewatch with. */
export interface DemoMailbox {
  /** What and where it is, for people. */
  readonly summary: string;
  /** Its entry under `mailboxes` in lurewatch.yaml. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Puts a mail into it, as a whole or not at all. */
  put(raw: Buffer): Promise<void>;
  stop(): Promise<void>;
}

/** A real mail server where there is one, else a Maildir. */
export async function openMailbox(
  folder: DemoFolder,
  say: (line: string) => void,
  wantMaildir: boolean,
): Promise<DemoMailbox> {
  if (wantMaildir) return maildirMailbox(folder);
  if ((await dovecotAvailable()) === undefined) {
    say('Mail      no Dovecot on this machine (`apt-get install dovecot-imapd`), so a Maildir stands in for it');
    return maildirMailbox(folder);
  }
  try {
    return await dovecotMailbox(folder);
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    say(`Mail      Dovecot does not run here (${reason}), so a Maildir stands in for it`);
    return maildirMailbox(folder);
  }
}

async function dovecotMailbox({ mailServer, account, passwordFile }: DemoFolder): Promise<DemoMailbox> {
  const { user, password } = account;
  const dovecot = await startDovecot({ folder: mailServer, users: { [user]: password } });
  return {
    summary: `Dovecot ${dovecot.version.split(' ')[0]}, IMAP with TLS on ${dovecot.host}:${dovecot.imapsPort}`,
    config: {
      host: dovecot.host,
      port: dovecot.imapsPort,
      ca: dovecot.caFile,
      username: user,
      password: { file: passwordFile },
    },
    put: async (raw) => {
      await dovecot.mailboxes.append(user, 'INBOX', [{ raw }]);
    },
    stop: () => dovecot.stop(),
  };
}

async function maildirMailbox({ maildir }: DemoFolder): Promise<DemoMailbox> {
  for (const name of ['tmp', 'new', 'cur']) await mkdir(join(maildir, name), { recursive: true });
  return {
    summary: `Maildir ${maildir}`,
    config: { kind: 'directory', path: maildir },
    put: async (raw) => {
      const name = `${createHash('sha256').update(raw).digest('hex').slice(0, 32)}.demo`;
      const written = join(maildir, 'tmp', name);
      const file = await open(written, 'w');
      await file.writeFile(raw);
      await file.sync();
      await file.close();
      await rename(written, join(maildir, 'new', name));
    },
    stop: async () => undefined,
  };
}
