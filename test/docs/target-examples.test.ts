import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '../../src/config/load-config.js';
import { createTarget } from '../../src/soar/create-target.js';
import { docBlocks } from '../support/doc-blocks.js';
import { inFolder } from '../support/folder.js';
import { HttpCaseServer } from '../support/http-case-server.js';
import type { SeenRequest } from '../support/scripted-server.js';
import { alertDocument } from '../support/soar-documents.js';

const never = new AbortController().signal;
const document = alertDocument(1);
const { alertId } = document;

/** Every secret of the examples is the token that the stand-in asks for, or makes none of its business. */
const secretText = 'a-secret-of-the-examples';

for (const [page, count] of [
  ['docs/targets/splunk-soar.md', 1],
  ['docs/targets/http.md', 6],
] as const) {
  test(`every example of ${page} is loaded and makes its target`, async () => {
    const blocks = await docBlocks(page, 'yaml');
    assert.equal(blocks.length, count);
    for (const { text } of blocks) {
      await withExample(text, async (sink) => assert.equal(sink.alertsPerCall, 1));
    }
  });
}

async function withExample(
  text: string,
  body: (sink: ReturnType<typeof createTarget>) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const file = join(folder, 'lurewatch.yaml');
    await writeFile(file, text);
    const names = [...text.matchAll(/env: ([A-Z0-9_]+)/g)].map(([, name = '']) => [name, secretText]);
    const loaded = await loadConfig(file, Object.fromEntries(names));
    const [[name, config] = assert.fail('no target')] = Object.entries(loaded.config.targets);
    const sink = createTarget(name, config, loaded.secret, loaded.baseFolder);
    try {
      await body(sink);
    } finally {
      await sink.close();
    }
  });
}

/** What an example sends to a system that answers `answer` to what it creates, and `found` to its look-up. */
async function sentBy(
  example: string,
  answer: string,
  found: { readonly status: number; readonly body?: string } = { status: 200 },
): Promise<readonly SeenRequest[]> {
  const blocks = await docBlocks('docs/targets/http.md', 'yaml');
  const { text } = blocks.find((block) => block.text.includes(example)) ?? assert.fail(`no example with ${example}`);
  const server = await HttpCaseServer.start();
  try {
    const local = text.replace(/^( +)url: https:\/\/[^/]+/m, `$1insecure: true\n$1url: ${server.url}`);
    server.fault({ kind: 'status', ...found, match: (body) => body === '' });
    server.fault({ kind: 'status', status: 201, body: answer, match: (body) => body !== '' });
    await withExample(local, async (sink) => {
      const [result] = await sink.send([document], never);
      assert.equal(result?.status, 'delivered', JSON.stringify(result));
    });
    return [...server.requests];
  } finally {
    await server.close();
  }
}

test('the example of ServiceNow looks first, then makes an incident with the alert id in it', async () => {
  const [search, create] = await sentBy('service-now.com', '{"result":{"number":"INC0010001"}}', {
    status: 200,
    body: '{"result":[]}',
  });
  const query = new URLSearchParams(search?.path.split('?')[1]);
  assert.equal(query.get('sysparm_query'), `correlation_id=${alertId}`);
  const password = Buffer.from(`lurewatch:${secretText}`).toString('base64');
  assert.equal(create?.headers.authorization, `Basic ${password}`);
  assert.deepEqual(JSON.parse(create?.body ?? ''), {
    short_description: '[Mail] Your account 1 – locked',
    description: [
      'From: Support <support@phish.example>',
      'To: soc@corp.example',
      'URLs: hxxps://login[.]example/reset?user=1, hxxps://cdn[.]example/a%2Cb.js',
      'Files: ',
    ].join('\n'),
    correlation_id: alertId,
    correlation_display: 'Lurewatch',
    urgency: '2',
    impact: '3',
  });
});

test('the example of Jira looks first, then makes an issue with a label to find it by', async () => {
  const answer = '{"id":"10000","key":"SOC-24","self":"https://acme.atlassian.net/rest/api/2/issue/10000"}';
  const [search, create] = await sentBy('atlassian.net', answer, {
    status: 200,
    body: '{"issues":[],"isLast":true}',
  });
  assert.equal(new URLSearchParams(search?.path.split('?')[1]).get('jql'), `labels="lurewatch-${alertId}"`);
  const { fields } = JSON.parse(create?.body ?? '');
  assert.deepEqual(fields.labels, ['lurewatch', `lurewatch-${alertId}`]);
  assert.deepEqual([fields.project, fields.priority], [{ key: 'SOC' }, { name: 'Medium' }]);
});

test('the example of Tines has its secret in the path, and sends the alert as it is', async () => {
  const [create, ...others] = await sentBy('tines.com', 'Ok');
  assert.deepEqual(others, []);
  assert.equal(create?.path, `/webhook/lurewatch/${secretText}`);
  assert.equal(create?.headers['idempotency-key'], alertId);
  assert.deepEqual(JSON.parse(create?.body ?? ''), document.alert);
});

test('the first example puts lists, numbers and the alert itself where they belong', async () => {
  const [search, create] = await sentBy('method: PUT', '{"result":{"number":"A-1"}}', { status: 404 });
  assert.equal(search?.path, `/api/alerts/${alertId}`);
  assert.equal(`${create?.method} ${create?.path}`, `PUT /api/alerts/${alertId}`);
  assert.equal(create?.headers.authorization, `Bearer ${secretText}`);
  assert.equal(create?.headers['x-mail-from'], 'Support <support@phish.example>');
  assert.deepEqual(JSON.parse(create?.body ?? ''), {
    title: '[Phish] Your account 1 – locked',
    severity: 2,
    received: '2026-11-21T09:30:00.001Z',
    urls: ['https://login.example/reset?user=1', 'https://cdn.example/a%2Cb.js'],
    text: 'Links: hxxps://login[.]example/reset?user=1, hxxps://cdn[.]example/a%2Cb.js',
    tags: ['lurewatch', 'soc'],
    alert: document.alert,
  });
});
