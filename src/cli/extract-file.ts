import { createReadStream } from 'node:fs';
import { directoryMailboxSchema, type MailboxConfig } from '../config/schema.js';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { createExtractionPool } from '../indicators/extraction-pool.js';
import type { Extraction } from '../indicators/types.js';
import { alertIdOf, identityOf } from '../mail/identity.js';

export interface ExtractedFile extends Extraction {
  readonly file: string;
  /** The alert that a mailbox would make of it. */
  readonly alertId: string;
}

export interface Extractor {
  /** `-` is standard input. Throws LW_USAGE where the file cannot be read. */
  extract(file: string): Promise<ExtractedFile>;
  close(): Promise<void>;
}

/** What a worker does with the mails of a mailbox, up to the alert. */
export async function openExtractor(limits?: MailboxConfig['limits']): Promise<Extractor> {
  const kept = limits ?? directoryMailboxSchema.parse({ kind: 'directory', path: '.' }).limits;
  const pool = createExtractionPool({ threads: 1 });
  return {
    async extract(file) {
      const bytes = await readUpTo(file, kept.sizeBytes);
      const extraction = await pool.extract({ bytes }, kept);
      return { file, alertId: alertIdOf(identityOf(bytes.subarray(0, kept.sizeBytes))), ...extraction };
    },
    close: () => pool.close(),
  };
}

async function readUpTo(file: string, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    const stream = file === '-' ? process.stdin : createReadStream(file);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      // One byte more than is read: the extraction says by it that the mail was cut.
      if (size > mostBytes) break;
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LurewatchError('LW_USAGE', `the mail cannot be read (${reason})`, {
      where: file,
      mend: 'Name a file with one raw mail, or `-` for standard input.',
      cause,
    });
  }
  return Buffer.concat(chunks).subarray(0, mostBytes + 1);
}
