import { nearest } from '../config/nearest.js';
import { categories, types } from './describe-types-data.js';

/** What MISP knows of a type. */
export interface TypeDefinition {
  readonly defaultCategory: string;
  readonly toIds: boolean;
  readonly categories: readonly string[];
}

const definitions: ReadonlyMap<string, TypeDefinition> = new Map(
  Object.entries(types).map(([type, [byDefault, toIds, allowed]]) => [
    type,
    {
      defaultCategory: categories[byDefault] ?? 'Other',
      toIds: toIds === 1,
      categories: allowed.flatMap((index) => categories[index] ?? []),
    },
  ]),
);

export function describeType(type: string): TypeDefinition | undefined {
  return definitions.get(type);
}

/** Why MISP takes no such type, or none such in this category; undefined where it does. A clause for a sentence. */
export function typeMistake(type: string, category: string | undefined): string | undefined {
  const definition = definitions.get(type);
  if (definition === undefined) {
    const meant = nearest(type, [...definitions.keys()]);
    return `MISP has no type \`${type}\`${meant === undefined ? '' : `; did you mean \`${meant}\`?`}`;
  }
  if (category === undefined || definition.categories.includes(category)) return undefined;
  return `MISP takes the type \`${type}\` in no category \`${category}\`; possible are ${definition.categories.join(', ')}`;
}
