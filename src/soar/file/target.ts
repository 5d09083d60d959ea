import { randomBytes } from 'node:crypto';
import { access, constants, link, mkdir, open, unlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { AlertDocument } from '../../alerts/types.js';
import { isLurewatchError, LurewatchError } from '../../errors/lurewatch-error.js';
import type { SendResult, Sink } from '../../sinks/sink.js';
import { type OpenOriginal, readOriginal } from '../original.js';
import { placeOf, repeatsLine, type TargetSetup } from '../target-setup.js';
import type { FileTargetConfig } from './config.js';

/**
 * A folder with one JSON document for each case: `<alertId>.json`, holding `{alert, evidence, findings}`, and beside it the
 * mail itself, `<alertId>.eml`, where the mailbox says so (`attachOriginal`); then the document names it in `original`.
 *
 * A document is complete from the moment its name appears (temporary file, fsync, hard link), is never written twice
 * (the link fails where the name is taken), and survives a power cut once `send` has answered (fsync of the folder).
 */
export function createFileTarget({ name, config, baseFolder, originals }: TargetSetup<FileTargetConfig>): Sink {
  const folder = resolve(baseFolder, config.path);
  const where = placeOf(name);
  return {
    name,
    repeats: 'server',
    alertsPerCall: 50,
    // One batch writes while the folder of another is made durable.
    concurrency: 2,
    // Nothing waits for a claim here: writing a case again changes nothing, whatever else is under way.
    inFlightMs: 0,
    wants: () => true,

    async send(documents, signal): Promise<readonly SendResult[]> {
      signal.throwIfAborted();
      return withErrors(where, async () => {
        await mkdir(folder, { recursive: true });
        // All of them end before one failure is thrown, so that nothing goes on behind the caller's back.
        const written = await Promise.allSettled(
          documents.map((document) => writeCase(folder, document, where, originals)),
        );
        // Also for those that were there: the attempt that wrote them may have died before this.
        await syncFolder(folder);
        return written.map((result) => {
          if (result.status === 'rejected') throw result.reason;
          return result.value;
        });
      });
    },

    async check(): Promise<readonly string[]> {
      const found = await withErrors(where, () => checkFolder(folder));
      return [found, repeatsLine('server')];
    },

    close: async () => undefined,
  };
}

async function writeCase(
  folder: string,
  document: AlertDocument,
  where: string,
  originals: OpenOriginal | undefined,
): Promise<SendResult> {
  const { alertId, alert, evidence, findings } = document;
  if (!/^[A-Za-z0-9_-]+$/.test(alertId)) throw new RangeError('an alert id that is no file name');
  const path = join(folder, `${alertId}.json`);
  if (await exists(path)) return { status: 'delivered', reference: path };
  const beside = `${alertId}.eml`;
  // Before the case: whoever sees that finds the mail, too.
  const { made, without } = await readOriginal(originals, document, where, async (mail) => {
    await writeOnce(folder, beside, mail);
    return beside;
  });
  const original = made === undefined ? {} : { original: made };
  await writeOnce(
    folder,
    `${alertId}.json`,
    `${JSON.stringify({ alert, evidence, ...original, findings }, null, 2)}\n`,
  );
  return { status: 'delivered', reference: path, ...(without === undefined ? {} : { warnings: [without] }) };
}

/** Complete from the moment its name appears; what has that name already stays. */
async function writeOnce(folder: string, name: string, content: string | AsyncIterable<Buffer>): Promise<void> {
  const path = join(folder, name);
  const temporary = await writeTemporary(folder, name, content);
  try {
    await link(temporary, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await unlink(temporary);
  }
}

async function writeTemporary(folder: string, label: string, content: string | AsyncIterable<Buffer>): Promise<string> {
  const path = join(folder, `.${label}.${randomBytes(6).toString('hex')}.tmp`);
  const file = await open(path, 'wx');
  try {
    await writeFile(file, content);
    await file.sync();
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
  return path;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Tries what `send` will do, and leaves nothing behind: a folder that is missing is not made, only found makeable. */
async function checkFolder(folder: string): Promise<string> {
  if (!(await exists(folder))) {
    let parent = dirname(folder);
    while (!(await exists(parent))) parent = dirname(parent);
    await access(parent, constants.W_OK | constants.X_OK);
    return `${folder}: will be made at the first alert`;
  }
  const temporary = await writeTemporary(folder, 'check', '');
  const linked = `${temporary}.link`;
  try {
    await link(temporary, linked);
    await unlink(linked);
  } finally {
    await unlink(temporary);
  }
  return `${folder}: can be written`;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** What a person has to mend first; anything else (a full disk, a network share that is away) may pass by itself. */
const lasting = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOTDIR',
  'ELOOP',
  'ENAMETOOLONG',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
]);

async function withErrors<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isLurewatchError(cause)) throw cause;
    const code = codeOf(cause);
    if (code === '' || !(cause instanceof Error)) throw cause;
    const mend = lasting.has(code)
      ? 'Give the worker the right to write there, on a file system that knows hard links, or configure another `path`.'
      : 'Check free space and the state of the file system; it is tried again.';
    throw new LurewatchError(
      lasting.has(code) ? 'LW_TARGET_REFUSES' : 'LW_TARGET_UNAVAILABLE',
      `a case cannot be written (${cause.message})`,
      { where, mend, cause },
    );
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
