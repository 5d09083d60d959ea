import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ensureCertificate } from './certificate.js';
import { type DovecotOAuth, dovecotConfig, oauthFile, oauthLines } from './dovecot-config.js';
import { DovecotMailboxes } from './dovecot-mailboxes.js';
import { findOnPath } from './find-on-path.js';
import { freePort } from './free-port.js';
import { ServerProcess } from './server-process.js';

const run = promisify(execFile);

export interface DovecotOptions {
  /** Mailboxes and certificates stay here between runs. By default a temporary folder that `stop` removes. */
  readonly folder?: string | undefined;
  /** User names with their passwords. */
  readonly users: Readonly<Record<string, string>>;
  /** By default free ones. */
  readonly ports?: { readonly imap: number; readonly imaps: number } | undefined;
  /** False: a server that offers neither STARTTLS nor IMAPS. */
  readonly tls?: boolean | undefined;
  /** Connections that one user may hold. */
  readonly maxConnections?: number | undefined;
  readonly oauth?: DovecotOAuth | undefined;
  /** What a FETCH does that meets a message whose file cannot be read; by default Dovecot's own, to hang up. */
  readonly fetchFailure?: 'disconnect-immediately' | 'no-after' | undefined;
  /** Instead of all that it can: what it announces after log-in, as `IMAP4rev1 UIDPLUS`. */
  readonly capability?: string | undefined;
}

/** A real IMAP server on loopback that lives as long as this process, at the longest. */
export interface Dovecot {
  readonly host: '127.0.0.1';
  /** Plain text, and STARTTLS where there is TLS. */
  readonly imapPort: number;
  readonly imapsPort: number;
  /** Of the authority that signed its certificate (for `localhost` and 127.0.0.1). */
  readonly caFile: string;
  readonly users: Readonly<Record<string, string>>;
  readonly version: string;
  /** What a test or the demo does to the mailboxes from the server's side. */
  readonly mailboxes: DovecotMailboxes;
  /** Its log so far. */
  log(): Promise<string>;
  stop(): Promise<void>;
}

/** The path of the Dovecot binary, where there is one. */
export async function dovecotAvailable(): Promise<string | undefined> {
  const usual = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin', '/usr/local/opt/dovecot/sbin'];
  return findOnPath('dovecot', [process.env.PATH ?? '', ...usual].join(delimiter));
}

/** Starts Dovecot 2.3 or 2.4 and waits until it greets. Throws an Error with the end of its log where it does not. */
export async function startDovecot(options: DovecotOptions): Promise<Dovecot> {
  const binary = await dovecotAvailable();
  if (binary === undefined) throw new Error('Dovecot is not installed (Debian: apt-get install dovecot-imapd).');
  const version = (await run(binary, ['--version'])).stdout.trim();

  const runFolder = await mkdtemp(join(tmpdir(), 'lw-dovecot-'));
  await chmod(runFolder, 0o755);
  const mailUser = await mailOwner();
  const folder = await reachableFolder(options.folder ?? join(runFolder, 'data'), mailUser.uid);
  const certificate = await ensureCertificate(join(folder, 'tls'));
  const mailFolder = join(folder, 'mail');
  await mkdir(mailFolder, { recursive: true });
  if (isRoot()) await chown(mailFolder, mailUser.uid, mailUser.gid);

  const usersFile = join(runFolder, 'users');
  await writeFile(usersFile, passwordFile(options.users), { mode: 0o644 });
  const imapPort = options.ports?.imap ?? (await freePort());
  const imapsPort = options.ports?.imaps ?? (await freePort());
  const configFile = join(runFolder, 'dovecot.conf');
  if (options.oauth !== undefined) {
    await writeFile(oauthFile({ runFolder }), `${oauthLines(options.oauth).join('\n')}\n`, { mode: 0o644 });
  }
  await writeFile(
    configFile,
    dovecotConfig({
      version,
      runFolder,
      mailFolder,
      usersFile,
      imapPort,
      imapsPort,
      certificate: options.tls === false ? undefined : certificate,
      maxConnections: options.maxConnections ?? 50,
      fetchFailure: options.fetchFailure ?? 'disconnect-immediately',
      capability: options.capability,
      oauth: options.oauth,
      mailUser,
      unprivileged: isRoot() ? undefined : await ownNames(),
    }),
  );

  const server = new ServerProcess(binary, ['-F', '-c', configFile]);
  const log = () => readFile(join(runFolder, 'dovecot.log'), 'utf8').catch(() => '');
  const stop = async () => {
    await server.stop();
    await rm(runFolder, { recursive: true, force: true });
  };
  try {
    await waitForGreeting(imapPort, server);
  } catch (cause) {
    const said = `${server.output}${await log()}`.slice(-2000);
    await stop();
    throw new Error(`Dovecot ${version} did not start: ${said}`, { cause });
  }
  return {
    host: '127.0.0.1',
    imapPort,
    imapsPort,
    caFile: certificate.caFile,
    users: options.users,
    version,
    mailboxes: new DovecotMailboxes({ port: imapPort, users: options.users, mailFolder, owner: mailUser }),
    log,
    stop,
  };
}

/** Base64, so that a password may hold any character. */
function passwordFile(users: Readonly<Record<string, string>>): string {
  const lines = Object.entries(users).map(
    ([name, password]) => `${name}:{PLAIN.b64}${Buffer.from(password).toString('base64')}::::::`,
  );
  return `${lines.join('\n')}\n`;
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Dovecot refuses to touch mail as root, so a server started by root keeps it as `nobody`. */
async function mailOwner(): Promise<{ uid: number; gid: number }> {
  if (!isRoot()) return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const [uid, gid] = await Promise.all([run('id', ['-u', 'nobody']), run('id', ['-g', 'nobody'])]);
  return { uid: Math.abs(Number(uid.stdout)), gid: Math.abs(Number(gid.stdout)) };
}

async function ownNames(): Promise<{ user: string; group: string }> {
  return { user: userInfo().username, group: (await run('id', ['-gn'])).stdout.trim() };
}

/**
 * `folder`, or where the owner of the mail may not walk there (a checkout below /root), a folder of the same meaning
 * below /var/tmp.
 */
async function reachableFolder(folder: string, uid: number): Promise<string> {
  const path = resolve(folder);
  await mkdir(path, { recursive: true });
  if (!isRoot() || (await mayWalkTo(path, uid))) return path;
  const substitute = `/var/tmp/lurewatch-dovecot-${createHash('sha256').update(path).digest('hex').slice(0, 12)}`;
  await mkdir(substitute, { recursive: true, mode: 0o711 });
  const { uid: owner } = await stat(substitute);
  if (owner !== 0) throw new Error(`${substitute} belongs to another user: remove it.`);
  return substitute;
}

async function mayWalkTo(path: string, uid: number): Promise<boolean> {
  for (let at = path; ; at = dirname(at)) {
    const { mode, uid: owner } = await stat(at);
    if ((mode & (owner === uid ? 0o100 : 0o001)) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

async function waitForGreeting(port: number, server: ServerProcess): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (server.running && Date.now() < deadline) {
    if (await greets(port)) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(server.running ? `no greeting on port ${port}` : 'it ended at once');
}

function greets(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = createConnection({ host: '127.0.0.1', port, timeout: 2000 });
    const answer = (greeted: boolean) => {
      socket.destroy();
      done(greeted);
    };
    socket.once('data', (data) => answer(data.toString('latin1').startsWith('* OK')));
    socket.once('error', () => answer(false));
    socket.once('timeout', () => answer(false));
    socket.once('close', () => answer(false));
  });
}
