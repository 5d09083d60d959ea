import assert from 'node:assert/strict';
import { access, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { configJsonSchema, type SchemaNode } from '../../src/config/json-schema.js';
import { loadConfig } from '../../src/config/load-config.js';
import { docBlocks } from '../support/doc-blocks.js';
import { inFolder } from '../support/folder.js';

const families = ['secops', 'xsoar', 'splunk-soar'];
const pages = ['docs/migrate.md', ...families.map((family) => `docs/migrate/${family}.md`)];
const root = new URL('../../../', import.meta.url).pathname;
const read = (page: string) => readFile(join(root, page), 'utf8');

for (const page of pages) {
  describe(page, async () => {
    const text = await read(page);

    it('names only keys that there are', () => {
      // In the tables, the second column: `alert.headers`, `after: delete`, `oauth.scope`.
      const rows = text.split('\n').filter((line) => line.startsWith('| '));
      const told = rows.flatMap((line) => [
        ...(line.split(' | ')[1] ?? '').matchAll(/`([a-z][A-Za-z.]*)(?::[^`]*)?`/g),
      ]);
      const names = told.flatMap(([, path = '']) => path.split('.'));
      assert.ok(names.length > 10);
      assert.deepEqual([...new Set(names.filter((name) => !known.has(name)))], []);
    });

    it('leads only to pages and headings that there are', async () => {
      for (const [, path = '', heading] of text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)) {
        const other = path === '' ? page : join(dirname(page), path);
        await access(join(root, other));
        if (heading !== undefined) assert.ok(anchorsOf(await read(other)).includes(heading), `${path}#${heading}`);
      }
    });
  });
}

for (const family of families) {
  const page = `docs/migrate/${family}.md`;
  describe(page, async () => {
    const text = await read(page);

    it('shows configurations that are such, each of a mailbox and its target', () =>
      inFolder(async (folder) => {
        const file = join(folder, 'lurewatch.yaml');
        const blocks = await docBlocks(page, 'yaml');
        assert.equal(blocks.length, 2);
        for (const block of blocks) {
          await writeFile(file, block.text);
          const { config } = await loadConfig(file, {});
          assert.ok(Object.values(config.targets).some(({ kind }) => kind === family));
          assert.equal(Object.keys(config.mailboxes).length, 1);
        }
      }));

    it('says at each connector what its parameters were read from', () => {
      const connectors = text.split(/^## /m).filter((section) => section.includes('| parameter | here |'));
      assert.ok(connectors.length >= 4);
      for (const section of connectors) {
        const [title = ''] = section.split('\n');
        if (title !== 'What all of them have') assert.match(section, /^Read from [\s\S]*commit [0-9a-f]{7}/m, title);
      }
    });
  });
}

/** Keys of the configuration, and what else stands there: their values, kinds, event fields, artifacts, commands, hosts. */
const known = new Set(keysOf(configJsonSchema()));
for (const name of ['implicit', 'starttls', 'none', 'unread', 'new', 'events', 'originals']) known.add(name);
for (const name of ['device_product', 'event_name', 'orig_', 'data', 'outlook', 'office365', 'com', 'https'])
  known.add(name);
for (const name of ['check', 'pause', 'resume', 'label', 'is', 'secops', 'raw_email', 'imap', 'gmail']) known.add(name);

function keysOf(node: SchemaNode): ReadonlySet<string> {
  const keys = new Set<string>();
  const walk = ({ properties = {}, items, oneOf = [], anyOf = [], additionalProperties }: SchemaNode): void => {
    for (const [key, property] of Object.entries(properties)) {
      keys.add(key);
      walk(property);
    }
    const more = typeof additionalProperties === 'object' ? [additionalProperties] : [];
    for (const other of [...(items === undefined ? [] : [items]), ...oneOf, ...anyOf, ...more]) walk(other);
  };
  walk(node);
  return keys;
}

/** The anchors that GitHub makes of the headings of a page. */
function anchorsOf(text: string): readonly string[] {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase());
  return headings.map((heading) => heading.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-'));
}
