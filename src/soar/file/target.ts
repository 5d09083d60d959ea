import { randomBytes } from 'node:crypto';
import { access, constants, link, mkdir, open, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { AlertDocument } from '../../alerts/types.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { SendResult, Sink } from '../../sinks/sink.js';
import { placeOf, repeatsLine, type TargetSetup } from '../target-setup.js';
import type { FileTargetConfig } from './config.js';

/**
 * A folder with one JSON document for each case: `<alertId>.json`, holding `{alert, evidence, findings}`.
 *
 * A document is complete from the moment its name appears (temporary file, fsync, hard link), is never written twice
 * (the link fails where the name is taken), and survives a power cut once `send` has answered (fsync of the folder).
 */
export function createFileTarget({ name, config, baseFolder }: TargetSetup<FileTargetConfig>): Sink {
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
        const written = await Promise.allSettled(documents.map((document) => writeCase(folder, document)));
        // Also for those that were there: the attempt that wrote them may have died before this.
        await syncFolder(folder);
        return written.map((result) => {
          if (result.status === 'rejected') throw result.reason;
          return { status: 'delivered', reference: result.value };
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

async function writeCase(folder: string, { alertId, alert, evidence, findings }: AlertDocument): Promise<string> {
  if (!/^[A-Za-z0-9_-]+$/.test(alertId)) throw new RangeError('an alert id that is no file name');
  const path = join(folder, `${alertId}.json`);
  if (await exists(path)) return path;
  const text = `${JSON.stringify({ alert, evidence, findings }, null, 2)}\n`;
  const temporary = await writeTemporary(folder, alertId, text);
  try {
    await link(temporary, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await unlink(temporary);
  }
  return path;
}

async function writeTemporary(folder: string, label: string, text: string): Promise<string> {
  const path = join(folder, `.${label}.${randomBytes(6).toString('hex')}.tmp`);
  const file = await open(path, 'wx');
  try {
    await file.writeFile(text);
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
