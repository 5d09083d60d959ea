import { closeSync, openSync, readSync } from 'node:fs';
import { type ExtractionLimits, extractMessage } from '../mail/parse-message.js';
import type { ExtractionEffort } from '../mail/search-text.js';
import type { Extraction } from './types.js';

/** Runs in a thread of the pool. Everything here crosses the thread boundary by structured clone. */
export interface GroupTask {
  readonly inputs: readonly ({ readonly path: string } | { readonly bytes: Uint8Array })[];
  readonly limits: ExtractionLimits;
  readonly effort: ExtractionEffort;
  /**
   * Two Int32: which input is being read, so that the pool can time each and knows which one killed the thread; and
   * 1 while archives and PDFs of it are opened, so that it knows what to do without.
   */
  readonly progress: SharedArrayBuffer;
}

export type GroupAnswer =
  | { readonly extraction: Extraction }
  /** The file could not be read. */
  | { readonly unreadable: string; readonly missing: boolean };

/**
 * pdf.js leaves promises behind that nobody waits for, of pages that it has looked for in a damaged document, and Node ends
 * the thread when one of them fails: many mails later perhaps, one of which would be blamed. What we wait for tells of the
 * damage by itself. Of all other code it is a defect, and ends the thread as ever.
 */
process.on('unhandledRejection', (reason) => {
  const ofPdf = reason instanceof Error && /[\\/]unpdf[\\/]/.test(reason.stack ?? '');
  if (!ofPdf) throw reason;
});

const chunkBytes = 256 * 1024;
/** Read into again and again: a large mail leaves no garbage behind. */
const chunk = Buffer.allocUnsafeSlow(chunkBytes);

export async function extractGroup(task: GroupTask): Promise<readonly GroupAnswer[]> {
  const progress = new Int32Array(task.progress);
  const answers: GroupAnswer[] = [];
  for (const [index, input] of task.inputs.entries()) {
    Atomics.store(progress, 1, 0);
    Atomics.store(progress, 0, index);
    answers.push('path' in input ? await extractFile(input.path, task) : await extractBytes(input.bytes, task));
  }
  return answers;
}

async function extractBytes(bytes: Uint8Array, { limits, effort, progress }: GroupTask): Promise<GroupAnswer> {
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const onHeavy = () => Atomics.store(new Int32Array(progress), 1, 1);
  return { extraction: await extractMessage(raw, limits, effort, onHeavy) };
}

async function extractFile(path: string, { limits, effort, progress }: GroupTask): Promise<GroupAnswer> {
  try {
    const onHeavy = () => Atomics.store(new Int32Array(progress), 1, 1);
    return { extraction: await extractMessage(chunksOf(path), limits, effort, onHeavy) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === '') throw error;
    return { unreadable: error instanceof Error ? error.message : code, missing: code === 'ENOENT' };
  }
}

function* chunksOf(path: string): Generator<Buffer> {
  const file = openSync(path, 'r');
  try {
    for (let length = readSync(file, chunk); length > 0; length = readSync(file, chunk))
      yield chunk.subarray(0, length);
  } finally {
    closeSync(file);
  }
}
