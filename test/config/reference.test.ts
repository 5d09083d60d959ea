import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { configurationReference, errorReference } from '../../src/config/reference.js';
import { catalogue, warningCatalogue } from '../../src/errors/catalogue.js';
import { presets } from '../../src/feeds/presets/presets.js';

const docs = new URL('../../../docs/', import.meta.url);

describe('the written reference', () => {
  for (const [page, text] of [
    ['configuration.md', configurationReference()],
    ['errors.md', errorReference()],
  ] as const) {
    it(`docs/${page} is what the code says (else: npm run docs)`, async () => {
      assert.equal(await readFile(new URL(page, docs), 'utf8'), text);
    });
  }

  it('has each key with its default', () => {
    const text = configurationReference();
    assert.match(text, /\| `host` \| text \| \*\*required\*\* \|/);
    assert.match(text, /\| `every` \| duration \| `1m` \|/);
    assert.match(text, /\| `limits\.depth` \| whole number, at least 1 \| `20` \|/);
  });

  it('says of a map in a list, and of what may be a text or a map, what each of its keys takes, once', () => {
    const text = configurationReference();
    assert.match(text, /\| `unless` \| text, list of texts or map \| none \|/);
    assert.match(text, /\| `unless\.equals` \| text or list of texts \|/);
    assert.match(text, /\| `when` \| text, list of texts or map, as in `attributes\[\]\.unless` \|/);
    assert.equal(text.match(/\| `relation` \|/g)?.length, 1);
    assert.equal(text.match(/\| `joinComments`|`repeated` \|/g)?.length, 1);
    assert.match(text, /\| `galaxies\[\]\.cluster` \| text \| \*\*required\*\* \|/);
  });

  it('tells a map of plain values in one row, and what a key without a default needs', () => {
    const text = configurationReference();
    assert.match(text, /\| `headers` \| map of names to text, `\{ env: NAME \}` or `\{ file: PATH \}` \| none \|/);
    assert.match(text, /\| `source` \| text or map, see \[below\]\(#feedsnamesource\) \| \*\*required\*\* \|/);
    assert.match(text, /\| `kind` \| `path` \| follows from `path` \|/);
  });

  it('has no empty section, no heading that Markdown does not know, and every place that it points to', () => {
    const text = configurationReference();
    assert.doesNotMatch(text, /\| --- \|\n(?!\|)/);
    assert.doesNotMatch(text, /^#{7}/m);
    const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(' ', '-')
        .replace(/[^a-z0-9_-]/g, ''),
    );
    for (const [, anchor = ''] of text.matchAll(/\]\(#([^)]*)\)/g)) assert.ok(headings.includes(anchor), anchor);
  });

  it('has the options of every preset', () => {
    const text = configurationReference();
    for (const name of presets.keys()) assert.ok(text.includes(`#### Preset \`${name}\``), name);
    assert.match(text, /\| `keepEqualDates` \| `true`, `false` \| `false` \|/);
  });

  it('explains every code of errors and warnings', () => {
    const text = errorReference();
    for (const code of Object.keys({ ...catalogue, ...warningCatalogue }))
      assert.ok(text.includes(`| \`${code}\` |`), code);
  });
});
