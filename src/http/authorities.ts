import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { LurewatchError } from '../errors/lurewatch-error.js';

/**
 * Reads a PEM file with one or more certificate authorities. Node ignores what it cannot read in `ca`, and every
 * connection then fails with a puzzle, so each certificate is looked at here.
 * @throws LW_CONFIG_INVALID
 */
export function readAuthorities(path: string): string[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new LurewatchError('LW_CONFIG_INVALID', `the CA file ${path} cannot be read`, { cause });
  }
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) {
    throw new LurewatchError('LW_CONFIG_INVALID', `the CA file ${path} holds no certificate in PEM form`);
  }
  for (const block of blocks) {
    try {
      new X509Certificate(block);
    } catch (cause) {
      throw new LurewatchError('LW_CONFIG_INVALID', `the CA file ${path} holds a broken certificate`, { cause });
    }
  }
  return [...blocks];
}
