import { identityOf } from '../src/mail/identity.js';
import { type GeneratedMailOptions, generatedMails } from './generated-mails.js';
import { spamAssassinMails } from './spam-assassin.js';

/** `real`: SpamAssassin's public corpus. `generated`: made here, shaped like phishing. */
export type CorpusName = 'real' | 'generated';

export interface Corpus {
  readonly name: CorpusName;
  /** No two are the same mail, so that each becomes a case of its own. */
  readonly mails: readonly Buffer[];
  /** Others of the same kind. */
  readonly warmUp: readonly Buffer[];
}

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
  const mails = await spamAssassinMails(onProgress);
  return [...new Map(mails.map(({ raw }) => [identityOf(raw), raw])).values()];
}

/** `count` of the mails, evenly from all groups. */
function spread(mails: readonly Buffer[], count: number): readonly Buffer[] {
  if (count > mails.length) throw new Error(`there are only ${mails.length} different ones and ${count} are wanted`);
  return Array.from({ length: count }, (_, index) => mails[Math.floor((index * mails.length) / count)] as Buffer);
}
