import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load-config.js';
import { isLurewatchError } from '../../src/errors/lurewatch-error.js';
import { inFolder } from './folder.js';

/** What is wrong in a lurewatch.yaml: `line:column path: reason`, as a user is told. */
export async function configMistakes(text: string): Promise<readonly string[]> {
  return inFolder(async (folder) => {
    const file = join(folder, 'lurewatch.yaml');
    await writeFile(file, text);
    try {
      await loadConfig(file, {});
      return [];
    } catch (error) {
      assert.ok(isLurewatchError(error, 'LW_CONFIG_INVALID'), String(error));
      const lines = error.message.split('\n').filter((line) => line.startsWith(`  ${file}:`));
      return lines.map((line) => line.slice(`  ${file}:`.length).replace(/\. $/, ''));
    }
  });
}
