import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { loadConfig, resolveAllSecrets } from '../../src/config/load-config.js';
import { closeDependencies, openDependencies } from '../../src/worker/open-dependencies.js';
import { touchedBy } from '../../src/worker/parts.js';
import { inFolder } from '../support/folder.js';

const yaml = `
store: { kind: file, path: ./var }
mailboxes:
  soc: { host: imap.example.com, username: soc, password: { env: IMAP }, targets: [cases, others] }
targets:
  cases: { kind: webhook, url: https://soar.example.com/hook, secret: { env: CASES } }
  others: { kind: webhook, url: https://other.example.com/hook, secret: { env: OTHERS } }
misp: { url: https://misp.example.com, key: { env: MISP } }
feeds:
  urls: { preset: urlhaus, source: { kind: url, url: https://feed.example.com/csv, headers: { Auth-Key: { env: FEED } } } }
`;
const secrets = { IMAP: 'i', CASES: 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz', OTHERS: 'o', MISP: 'm', FEED: 'f' };

/** What a worker for these parts opens where the environment has only these secrets. */
function opened(only: readonly string[], names: readonly (keyof typeof secrets)[]): Promise<readonly string[]> {
  return inFolder(async (folder) => {
    const path = join(folder, 'lurewatch.yaml');
    await writeFile(path, yaml);
    const loaded = await loadConfig(path, Object.fromEntries(names.map((name) => [name, secrets[name]])));
    const touched = touchedBy(loaded.config, only);
    resolveAllSecrets({ ...loaded, config: { ...loaded.config, ...touched } });
    const connection = Connection.lazy();
    const dependencies = await openDependencies(loaded, new Client({ connection }), touched);
    await closeDependencies(dependencies);
    await connection.close();
    return [...dependencies.sources.keys(), ...dependencies.sinks.keys(), ...dependencies.feeds.keys()];
  });
}

describe('a worker for a part of the work', () => {
  it('needs the secrets of what it logs in to, and no other', async () => {
    assert.deepEqual(await opened(['workflows'], []), []);
    assert.deepEqual(await opened(['cases'], ['CASES']), ['cases']);
    assert.deepEqual(await opened(['misp'], ['MISP', 'FEED']), ['misp', 'urls']);
    assert.deepEqual(await opened(['feeds'], ['MISP', 'FEED']), ['misp', 'urls']);
  });

  it('that reads mail has those of all targets too, for steps from before they had queues of their own', async () => {
    await assert.rejects(opened(['mail'], ['IMAP']), /4 secrets are not set/);
  });
});
