import { fileURLToPath } from 'node:url';
import type { Config } from '../config/schema.js';

/** Where the build puts the workflow code for workers: ready to run, since bundling takes seconds. */
export const bundlePath = fileURLToPath(new URL('./bundle.cjs', import.meta.url));

/** The same code for histories that are encrypted: how failures are written is a part of a bundle. */
export const encryptingBundlePath = fileURLToPath(new URL('./bundle-encrypting.cjs', import.meta.url));

export function bundlePathFor({ history }: Pick<Config, 'history'>): string {
  return history.encryption?.key === undefined ? bundlePath : encryptingBundlePath;
}
