import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { Dependencies } from '../activities/dependencies.js';
import { isLurewatchError } from '../errors/lurewatch-error.js';
import { keys } from '../ledger/keys.js';
import { alertIdOf, MessageIdentity } from '../mail/identity.js';
import type { ExpiringFiles } from './expiring-files.js';
import { alertEnds } from './finished-alerts.js';
import type { KeptEvidence, RemovedEvidence } from './types.js';
import { UnreadAlerts } from './unread-alerts.js';

export interface OldEvidenceOptions {
  readonly dependencies: Dependencies;
  readonly files: ExpiringFiles;
  readonly beforeMs: number;
  readonly dryRun: boolean;
  /** What an earlier attempt has removed. */
  readonly before: RemovedEvidence;
  readonly signal: AbortSignal;
}

/** Evidence that is old enough: removed, or kept and counted with the reason. */
export class OldEvidence {
  readonly #options: OldEvidenceOptions;
  readonly #unread: UnreadAlerts;
  #removed: RemovedEvidence;
  #kept: KeptEvidence = { undelivered: 0, withoutAlert: 0, damaged: 0 };
  #versions: readonly string[] | undefined;

  constructor(options: OldEvidenceOptions) {
    this.#options = options;
    this.#unread = new UnreadAlerts(options.dependencies, options.signal);
    this.#removed = options.before;
  }

  get removed(): RemovedEvidence {
    return this.#removed;
  }

  get kept(): KeptEvidence {
    return this.#kept;
  }

  /** @param hashes of evidence that is old */
  async remove(hashes: readonly string[]): Promise<void> {
    const { dependencies } = this.#options;
    const alertIds = new Map<string, string>();
    for (const hash of hashes) {
      const found = await this.#alertIdOf(hash);
      if (found === 'damaged') this.#keep('damaged');
      else if (found !== undefined) alertIds.set(hash, found);
    }
    const ends = await alertEnds(dependencies, this.#unread, [...new Set(alertIds.values())]);
    for (const [hash, alertId] of alertIds) {
      const end = ends.get(alertId);
      if (end === 'done') await this.#removeOne(hash);
      else this.#keep(end === 'open' ? 'undelivered' : end === 'damaged' ? 'damaged' : 'withoutAlert');
    }
  }

  #keep(why: keyof KeptEvidence): void {
    this.#kept = { ...this.#kept, [why]: this.#kept[why] + 1 };
  }

  /** The evidence itself says whose it is: no index leads from it to its alert. Undefined: it is gone. */
  async #alertIdOf(sha256: string): Promise<string | 'damaged' | undefined> {
    const hash = createHash('sha256');
    const identity = new MessageIdentity();
    try {
      const stream = await this.#options.dependencies.store.openStream(keys.evidence(sha256));
      if (stream === undefined) return undefined;
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        hash.update(chunk);
        identity.update(chunk);
      }
    } catch (error) {
      if (isLurewatchError(error, 'LW_STORE_CORRUPT')) return 'damaged';
      throw error;
    }
    return hash.digest('hex') === sha256 ? alertIdOf(identity.digest()) : 'damaged';
  }

  async #removeOne(sha256: string): Promise<void> {
    const { dependencies, files, beforeMs, dryRun } = this.#options;
    const path = dependencies.store.localPath(keys.evidence(sha256)) ?? '';
    const sizeBytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (!dryRun) {
      // First what leads nobody back here: after a crash in between, the evidence is found again.
      for (const version of await this.#extractorVersions()) {
        await dependencies.store.remove(keys.extraction(version, sha256));
      }
      if (!files.remove(path, `${sha256}.eml`, beforeMs)) return;
    }
    const { removed, removedBytes } = this.#removed;
    this.#removed = { removed: removed + 1, removedBytes: removedBytes + sizeBytes };
  }

  /** Of all versions that ever ran here. Their folders' names are keys already. */
  async #extractorVersions(): Promise<readonly string[]> {
    const folder = this.#options.dependencies.store.localPath('extractions') ?? '';
    this.#versions ??= await readdir(folder).catch(() => []);
    return this.#versions;
  }
}
