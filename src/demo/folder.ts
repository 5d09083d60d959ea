import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';

/** Where the demo keeps what it makes, so that another run goes on from there. */
export interface DemoFolder {
  readonly path: string;
  readonly configFile: string;
  readonly cases: string;
  readonly feed: string;
  readonly store: string;
  /** Of the mail server: mailboxes and certificates. */
  readonly mailServer: string;
  readonly maildir: string;
  readonly databaseFile: string;
  readonly temporalLog: string;
  readonly workerLog: string;
  readonly passwordFile: string;
  /** On the mail server. Made anew with the folder, so that a fresh demo has a fresh mailbox. */
  readonly account: Account;
}

export interface Account {
  readonly user: string;
  readonly password: string;
}

const names = {
  configFile: 'lurewatch.yaml',
  cases: 'cases',
  feed: 'misp-feed',
  store: 'store',
  mailServer: 'mail-server',
  maildir: 'maildir',
  databaseFile: 'temporal.db',
  temporalLog: 'temporal.log',
  workerLog: 'worker.log',
  passwordFile: 'mail-password',
} as const;
const accountFile = 'account.json';
const lockFile = 'running.pid';

const accountSchema = z.object({ user: z.string(), password: z.string() });

/** Opens the folder for one demo at a time. `release` lets the next one in. */
export async function openDemoFolder(root: string, fresh: boolean): Promise<DemoFolder & { release(): Promise<void> }> {
  const path = resolve(root);
  await mkdir(path, { recursive: true });
  const lock = join(path, lockFile);
  await takeLock(lock, path);
  if (fresh) await removeOldDemo(path);
  const account = await readAccount(join(path, accountFile));
  const at = (name: keyof typeof names) => join(path, names[name]);
  await writeFile(at('passwordFile'), account.password, { mode: 0o600 });
  return {
    path,
    configFile: at('configFile'),
    cases: at('cases'),
    feed: at('feed'),
    store: at('store'),
    mailServer: at('mailServer'),
    maildir: at('maildir'),
    databaseFile: at('databaseFile'),
    temporalLog: at('temporalLog'),
    workerLog: at('workerLog'),
    passwordFile: at('passwordFile'),
    account,
    release: () => rm(lock, { force: true }),
  };
}

/** Only what is ours: the folder may be one that somebody named by mistake. */
async function removeOldDemo(path: string): Promise<void> {
  const database = [`${names.databaseFile}-wal`, `${names.databaseFile}-shm`];
  for (const name of [...Object.values(names), ...database, accountFile]) {
    await rm(join(path, name), { recursive: true, force: true });
  }
}

async function readAccount(file: string): Promise<Account> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text !== undefined) return accountSchema.parse(JSON.parse(text));
  const account = { user: `demo-${randomBytes(4).toString('hex')}`, password: randomBytes(16).toString('base64url') };
  await writeFile(`${file}.new`, JSON.stringify(account), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return account;
}

/** Two demos on one database would spoil it. The number of a process that has died counts for nothing. */
async function takeLock(lock: string, path: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = Number(await readFile(lock, 'utf8').catch(() => ''));
    if (attempt > 1 || isAlive(holder)) {
      throw new Error(
        `A demo is running in ${path} already (process ${holder}). End it, or set LUREWATCH_DEMO_FOLDER to another folder.`,
      );
    }
    await rm(lock, { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
