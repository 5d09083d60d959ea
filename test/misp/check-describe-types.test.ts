import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { runCommand } from '../../src/dev/run-command.js';
import { describeType } from '../../src/misp/describe-types.js';
import { categories, types } from '../../src/misp/describe-types-data.js';
import { objectTemplates } from '../../src/misp/objects/templates.js';
import { pythonWithPyMisp } from '../support/pymisp.js';

const describeTypesSchema = z.object({
  result: z.object({
    types: z.array(z.string()),
    categories: z.array(z.string()),
    sane_defaults: z.record(z.string(), z.object({ default_category: z.string(), to_ids: z.number() })),
    category_type_mappings: z.record(z.string(), z.array(z.string())),
  }),
});

const templateSchema = z.object({
  uuid: z.string(),
  version: z.number(),
  'meta-category': z.string(),
  description: z.string(),
  requiredOneOf: z.array(z.string()),
  required: z.undefined().optional(),
  attributes: z.record(
    z.string(),
    z.object({
      'misp-attribute': z.string(),
      disable_correlation: z.boolean().optional(),
      multiple: z.boolean().optional(),
      categories: z.array(z.string()).optional(),
    }),
  ),
});

test('MISP has 16 categories, 194 types and 486 pairs of them', () => {
  assert.equal(categories.length, 16);
  assert.equal(Object.keys(types).length, 194);
  assert.equal(Object.values(types).flatMap(([, , allowed]) => allowed).length, 486);
});

test('types, categories and their defaults are those of PyMISP', async () => {
  const { result } = describeTypesSchema.parse(await pyMispData('describeTypes.json'));
  assert.deepEqual(Object.keys(types), result.types);
  assert.deepEqual([...categories], result.categories);
  for (const type of result.types) {
    const defaults = result.sane_defaults[type];
    assert.deepEqual(describeType(type), {
      defaultCategory: defaults?.default_category,
      toIds: defaults?.to_ids === 1,
      categories: result.categories.filter((category) => result.category_type_mappings[category]?.includes(type)),
    });
  }
});

for (const [name, template] of Object.entries(objectTemplates)) {
  test(`the object template ${name} is that of PyMISP`, async () => {
    const known = templateSchema.parse(await pyMispData(`misp-objects/objects/${name}/definition.json`));
    const relations = Object.entries(known.attributes).map(([relation, attribute]) => [
      relation,
      {
        type: attribute['misp-attribute'],
        ...(attribute.disable_correlation ? { uncorrelated: true } : {}),
        ...(attribute.multiple ? { multiple: true } : {}),
        ...(attribute.categories === undefined ? {} : { categories: attribute.categories }),
      },
    ]);
    assert.deepEqual(template, {
      uuid: known.uuid,
      version: known.version,
      metaCategory: known['meta-category'],
      description: known.description,
      requiredOneOf: known.requiredOneOf,
      relations: Object.fromEntries(relations),
    });
  });
}

async function pyMispData(path: string): Promise<unknown> {
  const python = await pythonWithPyMisp();
  const { exitCode, output } = await runCommand(python, ['-c', 'import pymisp; print(pymisp.__file__)']);
  assert.equal(exitCode, 0, output);
  const parsed: unknown = JSON.parse(await readFile(join(dirname(output.trim()), 'data', path), 'utf8'));
  return parsed;
}
