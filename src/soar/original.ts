import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { AlertDocument } from '../alerts/types.js';
import type { TargetConfig } from '../config/schema.js';
import { isLurewatchError, LurewatchError } from '../errors/lurewatch-error.js';
import type { Warning } from '../errors/warning.js';

/** Opens the raw mail of an alert as it was received, by its SHA-256; undefined where the store has it no more. */
export type OpenOriginal = (sha256: string) => Promise<Readable | undefined>;

/** Targets that take the mail itself with an alert (`alert.attachOriginal` of a mailbox). */
const kindsThatTakeIt: ReadonlySet<string> = new Set<TargetConfig['kind']>([
  'file',
  'webhook',
  'splunk-soar',
  'thehive',
  'xsoar',
]);

export function takesOriginal(target: TargetConfig): boolean {
  return target.kind === 'http' ? sendsOriginal(target.body) : kindsThatTakeIt.has(target.kind);
}

/** Whether the body of an `http` target, as JSON, has a place for the mail. */
export function sendsOriginal(body: string | undefined): boolean {
  return body?.includes('"{original}"') === true;
}

/** What was made of the mail that goes with the alert; undefined: none does, and `without` says why, where one should. */
export interface Original<Made> {
  readonly made: Made | undefined;
  readonly without?: Warning | undefined;
}

/**
 * Reads the mail that goes with the alert, if any, and closes it whatever happens.
 * @param open undefined: nothing that is sent was stored
 * @param make is given the mail, which ends in an error where it is damaged: then nothing of it may stay
 * @throws LW_TARGET_UNAVAILABLE while the store is away: nothing was sent, and what is sent later is the same
 */
export async function readOriginal<Made>(
  open: OpenOriginal | undefined,
  { attachOriginal, evidence }: AlertDocument,
  where: string,
  make: (mail: AsyncIterable<Buffer>) => Promise<Made>,
): Promise<Original<Made>> {
  if (attachOriginal !== true) return { made: undefined };
  let mail: Readable | undefined;
  try {
    mail = await open?.(evidence).catch((error: unknown) => failed(error, where));
    if (mail === undefined) return { made: undefined, without: withoutOriginal('the store has it no more') };
    return { made: await make(intact(mail, evidence, where)) };
  } catch (error) {
    // An alert without its mail is better than none.
    if (!isLurewatchError(error, 'LW_STORE_CORRUPT')) throw error;
    return { made: undefined, without: withoutOriginal('it is damaged in the store') };
  } finally {
    // Where `make` failed before it began to read, nobody else would.
    mail?.destroy();
  }
}

/** The bytes of the mail, which end in LW_STORE_CORRUPT where they are not what was received. */
async function* intact(mail: Readable, sha256: string, where: string): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of mail as AsyncIterable<Buffer>) {
      hash.update(chunk);
      yield chunk;
    }
  } catch (error) {
    failed(error, where);
  }
  if (hash.digest('hex') === sha256) return;
  throw new LurewatchError('LW_STORE_CORRUPT', 'its bytes do not have the SHA-256 that it is named by', { where });
}

/** The whole mail in memory; undefined where it has more bytes. */
export async function allOf(mail: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of mail) {
    bytes += chunk.length;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function withoutOriginal(why: string): Warning {
  return { code: 'LW_WARN_ORIGINAL', reason: `the mail itself did not go with the alert: ${why}` };
}

/** Of one above what `originalShape` lets a target take. */
export const aboveMaxOriginalBytes = withoutOriginal('it is larger than the `maxOriginalBytes` of the target');

function failed(error: unknown, where: string): never {
  if (isLurewatchError(error, 'LW_STORE_CORRUPT')) throw error;
  const reason = error instanceof Error ? error.message : String(error);
  throw new LurewatchError('LW_TARGET_UNAVAILABLE', `the mail that goes with the alert cannot be read (${reason})`, {
    where,
    mend: 'Nothing was sent: it is tried again. Look after the store.',
    cause: error,
  });
}
