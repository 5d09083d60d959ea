import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { loadConfig } from '../../src/config/load-config.js';
import { docBlocks } from '../support/doc-blocks.js';
import { inFolder } from '../support/folder.js';

it('docs/proxies.md shows a configuration in which each connection has the proxy that the page says', () =>
  inFolder(async (folder) => {
    const [config] = await docBlocks('docs/proxies.md', 'yaml');
    await writeFile(join(folder, 'lurewatch.yaml'), config?.text ?? '');
    const { mailboxes, targets, misp } = (await loadConfig(join(folder, 'lurewatch.yaml'))).config;
    const addressOf = (entry: object | undefined) => JSON.stringify(entry && Reflect.get(entry, 'proxy'));
    const usual = '{"address":"http://proxy.example.com:3128"}';
    assert.equal(addressOf(mailboxes.soc), usual);
    assert.equal(addressOf(mailboxes.lab), '{"address":"socks5://socks.lab.example:1080"}');
    assert.equal(addressOf(targets.cases), usual);
    assert.equal(addressOf(targets.inside), '{"address":"none"}');
    assert.equal(addressOf(misp), undefined);
  }));
