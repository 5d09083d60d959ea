import { quoted } from '../../misp/check-value.js';
import { typeMistake } from '../../misp/describe-types.js';
import { columnValues } from '../../templates/template.js';
import { recogniseIndicator } from '../formats/indicator.js';
import { refang } from '../formats/refang.js';
import type { Row } from '../types.js';
import type { RuleContext } from './attribute-rule.js';
import type { AttributeConfig } from './config.js';
import type { MappingMistake } from './mistakes.js';

/** The type of a value of a row, and the value by it where that differs; or why it has none. */
export type TypeOf = (
  row: Row,
  value: string,
) => { readonly type: string; readonly value?: string } | { readonly reason: string };

/** Files do not come with rows. */
const needFiles = new Set(['attachment', 'malware-sample']);

export function compileType(
  { type, category }: AttributeConfig,
  path: MappingMistake['path'],
  { nulls, check }: RuleContext,
): TypeOf {
  const verify = (name: string, place: MappingMistake['path']) => {
    const mistake = typeMistake(name, undefined);
    if (mistake !== undefined) check.mistake(place, mistake);
    else if (needFiles.has(name)) check.mistake(place, `\`${name}\` needs a file, which a row does not have`);
    else {
      const misplaced = typeMistake(name, category);
      if (misplaced !== undefined) check.mistake([...path, 'category'], misplaced);
    }
  };
  if (type === 'auto') {
    return (_row, value) => {
      const recognised = recogniseIndicator(refang(value.trim()));
      return recognised ?? { reason: `${quoted(value)} is recognised as no type` };
    };
  }
  if (typeof type === 'string') {
    verify(type, [...path, 'type']);
    const known = { type };
    return () => known;
  }
  const { column, map } = type;
  check.column([...path, 'type', 'column'], column);
  for (const [theirs, name] of Object.entries(map ?? {})) verify(name, [...path, 'type', 'map', theirs]);
  const names = map === undefined ? undefined : new Map(Object.entries(map));
  return (row) => {
    const [theirs] = columnValues(row, column, nulls);
    if (theirs === undefined) return { reason: `column ${column}, which names the type, has no value` };
    const name = names === undefined ? theirs.trim() : names.get(theirs.trim());
    return name === undefined
      ? { reason: `column ${column} has ${quoted(theirs)}, which its \`map\` does not name` }
      : { type: name };
  };
}
