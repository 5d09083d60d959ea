import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadConfig, resolveAllSecrets } from '../../src/config/load-config.js';
import { secretRefs } from '../../src/config/secrets.js';
import { readCompose } from '../support/compose-file.js';
import { inFolder } from '../support/folder.js';

const project = fileURLToPath(new URL('../../..', import.meta.url));
const example = await readFile(join(project, 'deploy/example/lurewatch.yaml'), 'utf8');
/** With the offers in it taken up: every commented line that is YAML. */
const everything = example.replace(/^( *)# (?=( *)(hook|kind|url|secret|misp|key|ca|retention):)/gm, '$1');

test('the example configuration is valid, as it is and with all that it offers', async () => {
  assert.notEqual(everything, example);
  await inFolder(async (folder) => {
    for (const text of [example, everything]) {
      const path = join(folder, 'lurewatch.yaml');
      await writeFile(path, text);
      const { config } = await loadConfig(path, {});
      assert.deepEqual(Object.keys(config.mailboxes), ['soc']);
    }
    const { config } = await loadConfig(join(folder, 'lurewatch.yaml'), {});
    assert.equal(config.misp?.kind, 'server');
    assert.deepEqual(Object.keys(config.targets), ['cases', 'hook']);
    assert.equal(config.store.retention.evidence, 180 * 24 * 60 * 60 * 1000);
  });
});

test('every secret that it refers to is one that compose gives the worker, and enough to start with', async () => {
  const compose = await readCompose(join(project, 'docker-compose.yml'));
  await inFolder(async (folder) => {
    const path = join(folder, 'lurewatch.yaml');
    await mkdir(join(folder, 'secrets'));
    await writeFile(path, everything.replaceAll('/run/secrets/', `${folder}/secrets/`));
    for (const secret of compose.services.worker?.secrets ?? [])
      await writeFile(join(folder, 'secrets', secret), 'x\n');
    const loaded = await loadConfig(path, {});
    assert.equal(secretRefs(loaded.config).length, compose.services.worker?.secrets.length);
    resolveAllSecrets(loaded);
  });
});

test('all that it has the worker write lies in the volume of the worker', async () => {
  const { services } = await readCompose(join(project, 'docker-compose.yml'));
  assert.ok(services.worker?.volumes.includes('lurewatch-data:/data'));
  const paths = [...everything.matchAll(/\bpath: (\S+?)(?: \}|$)/gm)].map(([, path]) => path);
  assert.equal(paths.length, 2);
  for (const path of paths) assert.match(path ?? '', /^\/data\//);
});
