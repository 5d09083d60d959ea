import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { findingCodes } from '../../src/indicators/findings.js';
import { urlFlags, urlKinds } from '../../src/indicators/types.js';
import { wrappingServices } from '../../src/indicators/unwrap/services.js';

const page = await readFile(new URL('../../../docs/extraction.md', import.meta.url), 'utf8');

describe('docs/extraction.md', () => {
  it('names each finding, each kind and each flag of a URL', () => {
    const names = [...findingCodes, ...urlKinds, ...urlFlags];
    assert.deepEqual(
      names.filter((name) => !page.includes(`\`${name}\``)),
      [],
    );
  });

  it('names no finding that there is not', () => {
    const known: ReadonlySet<string> = new Set(findingCodes);
    const [, table = ''] = page.split('## Limits');
    const named = (table.split('## How well')[0] ?? '').match(/`[a-z]+(?:-[a-z]+)+`/g) ?? [];
    assert.deepEqual(
      named.filter((name) => !known.has(name.slice(1, -1))),
      [],
    );
  });

  it('names each protection service', () => {
    const words = wrappingServices.map(({ name }) => /^\S+/.exec(name)?.[0] ?? name);
    assert.deepEqual(
      words.filter((word) => !page.includes(word)),
      [],
    );
  });
});
