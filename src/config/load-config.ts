import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import type { z } from 'zod';
import { isLurewatchError, LurewatchError } from '../errors/lurewatch-error.js';
import { withDefaultProxy } from '../http/proxy/defaults.js';
import { crossCheck } from './cross-checks.js';
import type { SecretRef } from './fields.js';
import { isRecord } from './is-record.js';
import { type Mistake, mistakesFromIssues, valueAt } from './mistakes.js';
import { nearest } from './nearest.js';
import { type Config, configSchema } from './schema.js';
import type { Secret } from './secret.js';
import { type Environment, readSecret, secretRefs } from './secrets.js';
import { type ConfigPath, parseYamlText, type YamlText } from './yaml-text.js';

export interface LoadedConfig {
  readonly config: Config;
  /** The file it came from, absolute. */
  readonly path: string;
  /** The folder that relative paths in it start from. */
  readonly baseFolder: string;
  /** A path that stands in the configuration, made absolute. */
  resolve(path: string): string;
  /**
   * @param place the path of the reference in the configuration, as `mailboxes.soc.password`
   * @throws LW_SECRET_UNSET
   */
  secret(ref: SecretRef, place: string): Secret;
}

/**
 * Reads lurewatch.yaml: from `path`, else LUREWATCH_CONFIG, else ./lurewatch.yaml.
 *
 * @throws LW_CONFIG_NOT_FOUND; LW_CONFIG_INVALID with every mistake at once: file, line, column, path and reason
 */
export async function loadConfig(path?: string, environment: Environment = process.env): Promise<LoadedConfig> {
  const file = resolve(path ?? (environment.LUREWATCH_CONFIG || 'lurewatch.yaml'));
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new LurewatchError('LW_CONFIG_NOT_FOUND', 'the configuration file cannot be read', { where: file, cause });
  }
  const baseFolder = dirname(file);
  return {
    config: withDefaultProxy(parseConfig(text, file)),
    path: file,
    baseFolder,
    resolve: (inside) => resolve(baseFolder, inside),
    secret: (ref, place) => readSecret(ref, place, baseFolder, environment),
  };
}

/**
 * Reads every secret that the configuration refers to but those of the codec server, which no worker needs to have.
 *
 * @throws LW_SECRET_UNSET naming all that are not set, not only the first
 */
export function resolveAllSecrets(loaded: LoadedConfig): void {
  // What others have from the top level is told once, and there.
  const secrets = secretRefs({ proxyAuth: undefined, ...loaded.config, codecServer: undefined });
  const unset = secrets.flatMap(({ ref, place }) => {
    try {
      loaded.secret(ref, place);
      return [];
    } catch (error) {
      if (!isLurewatchError(error, 'LW_SECRET_UNSET')) throw error;
      return [error];
    }
  });
  const [first, second] = unset;
  if (first === undefined) return;
  if (second === undefined) throw first;
  const lines = unset.map((error) => `  ${error.where ?? ''}: ${error.what}`);
  throw new LurewatchError('LW_SECRET_UNSET', `${unset.length} secrets are not set:\n${lines.join('\n')}`, {
    where: loaded.path,
    mend: '\nSet the environment variables, or write the files, that the configuration names.',
  });
}

function parseConfig(text: string, file: string): Config {
  const yaml = parseYamlText(text);
  if (yaml.errors.some((error) => error.fatal)) throw invalid(file, yaml, []);
  // An empty file, or one with only comments, is a configuration with nothing in it.
  const data = yaml.data ?? {};
  const result = configSchema.safeParse(data);
  const mistakes = once([...mistakesFromIssues(allIssues(result.error, data), data), ...crossCheck(data)]);
  if (!result.success || mistakes.length > 0 || yaml.errors.length > 0) throw invalid(file, yaml, mistakes);
  return result.data;
}

/** Two checks may find the same. */
function once(mistakes: readonly Mistake[]): readonly Mistake[] {
  const told = new Map(
    mistakes.map((mistake) => [JSON.stringify([mistake.path.map(String), mistake.reason]), mistake]),
  );
  return [...told.values()];
}

/** A wrong `kind` hides what else is wrong beside it: look again with the kind that was most likely meant. */
function allIssues(error: z.ZodError | undefined, data: unknown): readonly z.core.$ZodIssue[] {
  const issues = error?.issues ?? [];
  const repaired = structuredClone(data);
  let changed = false;
  for (const issue of issues) {
    if (issue.code !== 'invalid_union' || !('options' in issue) || !Array.isArray(issue.options)) continue;
    const holder = valueAt(repaired, issue.path.slice(0, -1));
    const key = issue.path.at(-1);
    const given = valueAt(repaired, issue.path);
    if (!isRecord(holder) || key === undefined || typeof given !== 'string') continue;
    const meant = nearest(
      given,
      issue.options.filter((option) => typeof option === 'string'),
    );
    if (meant !== undefined) changed = Reflect.set(holder, key, meant) || changed;
  }
  if (!changed) return issues;
  const seen = new Set(issues.map((issue) => issue.path.join('.')));
  const hidden = configSchema.safeParse(repaired).error?.issues ?? [];
  return [...issues, ...hidden.filter((issue) => !seen.has(issue.path.join('.')))];
}

function invalid(file: string, yaml: YamlText, mistakes: readonly Mistake[]): LurewatchError {
  const shortest = relative(process.cwd(), file);
  const shownFile = shortest === '' || shortest.startsWith('..') ? file : shortest;
  const placed = [
    ...yaml.errors.map(({ line, column, reason }) => ({ line, column, path: '', reason })),
    ...mistakes.map(({ path, of, reason }) => ({ ...yaml.position(path, of), path: pathText(path), reason })),
  ].sort((a, b) => a.line - b.line || a.column - b.column);
  const lines = placed.map(
    ({ line, column, path, reason }) => `  ${shownFile}:${line}:${column} ${path === '' ? '' : `${path}: `}${reason}`,
  );
  const count = placed.length === 1 ? 'one mistake' : `${placed.length} mistakes`;
  return new LurewatchError('LW_CONFIG_INVALID', `the configuration has ${count}:\n${lines.join('\n')}`, {
    mend: '\nMend the named places; docs/configuration.md lists every key.',
    details: { mistakes: placed },
  });
}

/** `mailboxes.soc.folders[0]` */
function pathText(path: ConfigPath): string {
  return path.reduce<string>(
    (text, segment) =>
      typeof segment === 'number' ? `${text}[${segment}]` : `${text}${text === '' ? '' : '.'}${String(segment)}`,
    '',
  );
}
