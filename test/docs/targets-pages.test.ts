import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { targetSchema } from '../../src/config/schema.js';
import { docBlocks } from '../support/doc-blocks.js';
import { makeTarget } from '../support/target-setup.js';

const docs = new URL('../../../docs/', import.meta.url);
const names = (await readdir(new URL('targets/', docs))).filter((name) => name.endsWith('.md'));
const pages = ['targets.md', ...names.map((name) => `targets/${name}`)];
const overview = await readFile(new URL('targets.md', docs), 'utf8');
const kinds = [
  ...new Set(targetSchema.options.flatMap((option) => ('shape' in option ? [option.shape.kind.value] : ['secops']))),
];

/** The targets that the YAML of a page shows. */
async function shownTargets(page: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const blocks = await docBlocks(`docs/${page}`, 'yaml');
  return blocks.flatMap(({ text }) => {
    const shown = z.object({ targets: z.record(z.string(), z.record(z.string(), z.unknown())) }).safeParse(parse(text));
    return shown.success ? Object.values(shown.data.targets) : [];
  });
}

describe('docs/targets.md', () => {
  for (const kind of kinds) {
    it(`leads to the page of ${kind}, which shows a configuration that is one`, async () => {
      assert.ok(overview.includes(`](targets/${kind}.md)`));
      const shown = await shownTargets(`targets/${kind}.md`);
      assert.ok(shown.some((config) => config.kind === kind));
      for (const config of shown) targetSchema.parse(config);
    });
  }

  it('promises about repeats what the targets promise', async () => {
    const secret = `whsec_${Buffer.alloc(32).toString('base64')}`;
    for (const kind of ['file', 'webhook', 'thehive', 'xsoar']) {
      const [config = {}] = await shownTargets(`targets/${kind}.md`);
      const sink = makeTarget(config, { WEBHOOK_SECRET: secret, THEHIVE_KEY: 'key', XSOAR_KEY: 'key' });
      await sink.close();
      assert.match(overview, new RegExp(`^\\| \`${kind}\` \\| ${sink.repeats} \\|`, 'm'));
    }
  });

  it('and the pages beside it link only to what is there', async () => {
    for (const page of pages) {
      const at = new URL(page, docs);
      for (const [, link = ''] of (await readFile(at, 'utf8')).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(link)) continue;
        const [path = '', anchor] = link.split('#');
        const text = await readFile(path === '' ? at : new URL(path, at), 'utf8').catch(() => undefined);
        assert.ok(text !== undefined, `${page} links to ${link}`);
        if (anchor !== undefined) assert.ok(anchorsOf(text).includes(anchor), `${page} links to ${link}`);
      }
    }
  });
});

/** As GitHub makes them of headings. */
function anchorsOf(page: string): readonly string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
