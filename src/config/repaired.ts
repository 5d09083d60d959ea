import type { z } from 'zod';
import { isRecord } from './is-record.js';
import { valueAt } from './mistakes.js';
import { nearest } from './nearest.js';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

export interface Repaired<T> {
  readonly value: T | undefined;
  /** What was wrong behind what hid it. */
  readonly hidden: readonly Issue[];
  /** Whether what stands at a path is ours and not the user's. */
  readonly isReplaced: (path: Path) => boolean;
}

/** Nobody makes as many mistakes behind each other. */
const mostRounds = 12;

/**
 * A copy of what a user wrote that the schema takes: what is wrong in it is left out, or replaced by what is certainly
 * right. So the checks that come after the schema can speak of all the rest, and nobody mends a configuration in rounds.
 * @param fillers what may stand under required keys, by their names
 */
export function repaired<T>(
  schema: z.ZodType<T>,
  data: unknown,
  fillers: Readonly<Record<string, unknown>>,
): Repaired<T> {
  const copy: unknown = structuredClone(data);
  const replaced = new Set<string>();
  const isReplaced = (path: Path) => path.some((_, index) => replaced.has(keyOf(path.slice(0, index + 1))));
  const hidden: Issue[] = [];
  for (let round = 0; round < mostRounds; round += 1) {
    const result = schema.safeParse(copy);
    if (result.success) return { value: result.data, hidden, isReplaced };
    const { issues } = result.error;
    if (round > 0) hidden.push(...issues.filter(({ path }) => !isReplaced(path)));
    for (const issue of issues) repair(copy, issue, fillers, replaced);
  }
  return { value: undefined, hidden, isReplaced };
}

function repair(copy: unknown, issue: Issue, fillers: Readonly<Record<string, unknown>>, replaced: Set<string>): void {
  if (issue.code === 'unrecognized_keys') {
    const holder = valueAt(copy, issue.path);
    if (isRecord(holder)) for (const key of issue.keys) Reflect.deleteProperty(holder, key);
    return;
  }
  if ('options' in issue && Array.isArray(issue.options)) {
    repairKind(copy, issue, issue.options, fillers, replaced);
    return;
  }
  replace(copy, issue.path, fillers, replaced);
}

/** A wrong `kind`: the one that was most likely meant, else another map. */
function repairKind(
  copy: unknown,
  { path }: Issue,
  options: readonly unknown[],
  fillers: Readonly<Record<string, unknown>>,
  replaced: Set<string>,
): void {
  const given = valueAt(copy, path);
  const kinds = options.filter((option) => typeof option === 'string');
  const meant = typeof given === 'string' ? nearest(given, kinds) : undefined;
  const [holder, key] = [valueAt(copy, path.slice(0, -1)), path.at(-1)];
  if (meant === undefined || !isRecord(holder) || key === undefined) {
    replace(copy, path.slice(0, -1), fillers, replaced);
    return;
  }
  replaced.add(keyOf(path));
  Reflect.set(holder, key, meant);
}

/** What did not help once is tried further out. */
function replace(copy: unknown, path: Path, fillers: Readonly<Record<string, unknown>>, replaced: Set<string>): void {
  const key = path.at(-1);
  const holder = valueAt(copy, path.slice(0, -1));
  if (key === undefined) return;
  // A map in its short spelling: the text as a whole.
  if (typeof holder !== 'object' || holder === null) {
    replace(copy, path.slice(0, -1), fillers, replaced);
    return;
  }
  const again = replaced.has(keyOf(path));
  replaced.add(keyOf(path));
  const present = valueAt(copy, path) !== undefined;
  if (!again && typeof key === 'string' && Object.hasOwn(fillers, key)) Reflect.set(holder, key, fillers[key]);
  else if (!again && Array.isArray(holder)) Reflect.set(holder, key, '-');
  else if (present && !Array.isArray(holder)) Reflect.deleteProperty(holder, key);
  else replace(copy, path.slice(0, -1), fillers, replaced);
}

function keyOf(path: Path): string {
  return JSON.stringify(path.map(String));
}
