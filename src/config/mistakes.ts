import type { z } from 'zod';
import { isRecord } from './is-record.js';
import { configJsonSchema, knownKeys, type SchemaNode } from './json-schema.js';
import { didYouMean, nearest } from './nearest.js';
import type { ConfigPath } from './yaml-text.js';

/** One thing that is wrong in lurewatch.yaml, in plain words, and what in the text it is about. */
export interface Mistake {
  readonly path: ConfigPath;
  readonly of: 'key' | 'value';
  readonly reason: string;
}

type Issue = z.core.$ZodIssue;

/**
 * What a schema check found, as mistakes.
 * @param data what was checked: zod's issues leave the values out
 * @param schema of `data`; by default that of lurewatch.yaml
 */
export function mistakesFromIssues(
  issues: readonly Issue[],
  data: unknown,
  schema: SchemaNode = configJsonSchema(),
): readonly Mistake[] {
  return issues.flatMap(withinUnion).flatMap((issue): readonly Mistake[] => {
    const { path } = issue;
    const value = valueAt(data, path);
    if (issue.code === 'unrecognized_keys') {
      const present = isRecord(value) ? Object.keys(value) : [];
      const candidates = knownKeys(path, data, schema).filter((key) => !present.includes(key));
      return issue.keys.map((key) => ({
        path: [...path, key],
        of: 'key',
        reason: `unknown key${didYouMean(nearest(key, candidates)) || oneOfKeys(candidates)}`,
      }));
    }
    if (issue.code === 'invalid_key') {
      return [{ path, of: 'key', reason: `the name ${issue.issues[0]?.message ?? 'is not allowed'}` }];
    }
    return [{ path, of: value === undefined ? 'key' : 'value', reason: reasonFor(issue, value, path) }];
  });
}

/** Where a value is plainly meant as one kind of several, a map or a list, what is wrong inside of it. */
function withinUnion(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors.filter((errors) => !errors.some(({ path, code }) => path.length === 0 && isOfKind(code)));
  const [only, second] = meant;
  if (only === undefined || second !== undefined || only.length === 0) return [issue];
  return only.flatMap((inner) => withinUnion({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** It is not of this kind at all. */
function isOfKind(code: Issue['code']): boolean {
  return code !== 'unrecognized_keys' && code !== 'too_small' && code !== 'custom';
}

/** A value as it may be shown: nothing under a key that looks like that of a secret. */
export function shown(path: ConfigPath, value: unknown): string {
  const secret = path.some((segment) => /pass|secret|key|token|credential/i.test(String(segment)));
  return secret || typeof value !== 'string' || value.length > 64 ? '' : ` \`${value}\``;
}

export function valueAt(data: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (value, segment) => (typeof value === 'object' && value !== null ? Reflect.get(value, segment) : undefined),
    data,
  );
}

function oneOfKeys(candidates: readonly string[]): string {
  return candidates.length === 0 || candidates.length > 8 ? '' : `; known here: ${candidates.join(', ')}`;
}

function reasonFor(issue: Issue, value: unknown, path: ConfigPath): string {
  const missing = value === undefined ? 'is missing: ' : '';
  switch (issue.code) {
    case 'invalid_type':
      if (!issue.message.startsWith('Invalid input')) return missing + issue.message;
      return value === undefined
        ? `is missing: must be ${typeName(issue.expected)}`
        : `must be ${typeName(issue.expected)}, but is ${nameOf(value)}`;
    case 'invalid_value':
      return missing + choice(issue.values, value, path);
    case 'invalid_union':
      return missing + unionReason(issue, value, path);
    case 'too_small':
      if (issue.origin === 'string') return 'must not be empty';
      if (issue.origin === 'array')
        return `must have at least ${issue.minimum} ${issue.minimum === 1 ? 'entry' : 'entries'}`;
      return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
    case 'too_big':
      return `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
    case 'invalid_format':
      return formats[issue.format] ?? issue.message;
    default:
      return issue.message;
  }
}

const formats: Readonly<Record<string, string>> = {
  url: 'must be a URL that starts with https:// or http://',
  date: 'must be a day like 2026-01-31',
  uuid: 'must be a UUID',
};

function unionReason(issue: Extract<Issue, { code: 'invalid_union' }>, value: unknown, path: ConfigPath): string {
  if ('options' in issue && Array.isArray(issue.options)) return choice(issue.options, value, path);
  const constants = issue.errors.flat().flatMap((inner) => (inner.code === 'invalid_value' ? inner.values : []));
  if (constants.length > 0) return choice(constants, value, path);
  return issue.message === 'Invalid input' ? 'is not of the right shape' : issue.message;
}

function choice(options: readonly unknown[], value: unknown, path: ConfigPath): string {
  const names = options.filter((option) => option !== undefined && option !== null).map(String);
  const rule = `must be ${names.length === 1 ? '' : 'one of '}${names.join(', ')}`;
  if (typeof value !== 'string') return rule;
  return `${shown(path, value).trimStart()}${shown(path, value) === '' ? '' : ' is unknown: '}${rule}${didYouMean(nearest(value, names))}`;
}

function typeName(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a map of keys',
    record: 'a map of names',
  };
  return names[expected] ?? expected;
}

function nameOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  const names: Readonly<Record<string, string>> = {
    string: 'text',
    number: 'a number (put it in quotes if it is meant as text)',
    boolean: 'true or false (put it in quotes if it is meant as text)',
    object: 'a map',
  };
  return names[typeof value] ?? typeof value;
}
