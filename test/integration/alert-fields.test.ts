import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { docBlocks } from '../support/doc-blocks.js';
import { Workplace } from '../support/workplace.js';

const page = 'docs/alert-fields.md';

let place: Workplace;
before(async () => {
  const [config] = await docBlocks(page, 'yaml');
  place = await Workplace.open();
  await writeFile(join(place.folder, 'lurewatch.yaml'), config?.text ?? '');
});
after(() => place.close());

describe(`the example of ${page}`, () => {
  it('becomes at a worker the very alert that `extract --alert` tells, with the mail itself beside it', async () => {
    const [mail] = await docBlocks(page, 'eml');
    const file = join(place.folder, 'mail', 'new', '1000000001.mail');
    await writeFile(file, mail?.text ?? '');
    const told = JSON.parse((await place.run('extract', '--alert', '--json', file)).stdout);
    const worker = await place.worker();
    const { status, stderr } = await place.run('ingest', 'phishing');
    assert.equal(status, 0, stderr);
    const cases = join(place.folder, 'cases');
    assert.deepEqual((await readdir(cases)).sort(), [`${told.alertId}.eml`, `${told.alertId}.json`]);
    const { alert, original } = JSON.parse(await readFile(join(cases, `${told.alertId}.json`), 'utf8'));
    assert.deepEqual(alert, told.alert);
    assert.equal(original, `${told.alertId}.eml`);
    assert.equal(await readFile(join(cases, original), 'utf8'), mail?.text);
    const check = await place.run('check');
    assert.match(check.stdout, /mailbox phishing: [\s\S]*attachOriginal: it goes to cases\n/);
    worker.signal('SIGTERM');
    assert.equal((await worker.ended).status, 0);
  });
});
