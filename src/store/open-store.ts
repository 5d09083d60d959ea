import { stat } from 'node:fs/promises';
import type { SecretRef } from '../config/fields.js';
import type { Config } from '../config/schema.js';
import type { Secret } from '../config/secret.js';
import { LurewatchError } from '../errors/lurewatch-error.js';
import type { Store } from './store.js';

/**
 * The store that a configuration names.
 * @param resolve makes paths of the configuration absolute
 * @param secret gives the value of a secret, as `LoadedConfig` does
 */
export async function openStore(
  config: Config['store'],
  resolve: (path: string) => string,
  secret: (ref: SecretRef, place: string) => Secret,
): Promise<Store> {
  // Each loads what only it needs: the AWS SDK takes most of a second.
  if (config.kind === 'file') {
    const { FileStore } = await import('./file-store.js');
    return FileStore.open(resolve(config.path));
  }
  const { S3Store } = await import('./s3/s3-store.js');
  return new S3Store({ config, resolve, secret });
}

/** The same for those who only ask: opening a folder makes one, and a question must not. Throws LW_STORE_UNAVAILABLE. */
export async function openExistingStore(...[config, resolve, secret]: Parameters<typeof openStore>): Promise<Store> {
  if (config.kind === 'file' && !(await isFolder(resolve(config.path)))) {
    const mend = 'No mail was ever handled with this configuration, or `store.path` names another folder.';
    throw new LurewatchError('LW_STORE_UNAVAILABLE', 'there is no store', { where: resolve(config.path), mend });
  }
  return openStore(config, resolve, secret);
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
