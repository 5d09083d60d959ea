import { readFile } from 'node:fs/promises';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { ExcludeConfig } from './config.js';
import { Exclusion } from './exclusion.js';
import { parseWarninglist, type Warninglist } from './warninglist.js';

/**
 * Reads the lists that the configuration names.
 * @param resolvePath makes a path of the configuration absolute
 * @throws LW_CONFIG_INVALID naming the file that cannot be read or is no warninglist
 */
export async function loadExclusion(config: ExcludeConfig, resolvePath: (path: string) => string): Promise<Exclusion> {
  const lists: Warninglist[] = [];
  for (const [index, path] of config.warninglists.entries()) {
    lists.push(await readList(resolvePath(path), `exclude.warninglists[${index}]`));
  }
  return new Exclusion(config, lists);
}

async function readList(file: string, place: string): Promise<Warninglist> {
  try {
    return parseWarninglist(await readFile(file, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LurewatchError('LW_CONFIG_INVALID', `${file} cannot be used as a MISP warninglist: ${reason}`, {
      where: place,
      mend: 'Name a JSON file with `name`, `type` and `list`, as in https://github.com/MISP/misp-warninglists.',
      cause,
    });
  }
}
