import { RE2JS } from 're2js';
import { expressionMistake } from '../../expressions/expression.js';
import type { LogFormat } from './config.js';
import type { LineParser } from './line-reader.js';
import { setField } from './set-field.js';

/** Why a pattern cannot be used, or null. RE2 syntax: no pattern and no line make it slow. */
export function patternMistake(pattern: string): string | null {
  const mistake = expressionMistake(pattern);
  if (mistake !== undefined) return `must be a regular expression in RE2 syntax: ${mistake}`;
  const names = Object.keys(RE2JS.compile(pattern).namedGroups());
  return names.length === 0 ? 'must have a named group for each field, like (?P<ip>\\S+)' : null;
}

/** Lines of a log by the named groups of a regular expression. A group that took no part is an absent field. */
export function logParser(format: LogFormat): LineParser {
  const pattern = RE2JS.compile(format.pattern);
  const groups = Object.entries(pattern.namedGroups());
  return {
    columns: groups.map(([name]) => name),
    comments: format.comment === undefined ? [] : [format.comment],
    skips: format.unmatched === 'skip',
    charset: format.charset,
    maxRecordChars: format.maxRecordChars,
    parse: (line) => {
      const matcher = pattern.matcher(line);
      if (!matcher.find()) return { mistake: 'the line does not match `format.pattern`' };
      const fields: Record<string, string> = {};
      for (const [name, group] of groups) {
        const value = matcher.group(group);
        if (value !== null) setField(fields, name, value);
      }
      return { fields };
    },
  };
}
