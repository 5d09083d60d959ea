import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { z } from 'zod';
import type { Alert } from '../../src/alerts/types.js';
import { targetSchema } from '../../src/config/schema.js';
import type { Sink } from '../../src/sinks/sink.js';
import { alertDocument, withComma } from '../support/soar-documents.js';
import { makeTarget } from '../support/target-setup.js';
import { ThehiveServer, type ThehiveServerOptions } from '../support/thehive-server.js';
import { told } from '../support/warnings.js';
import { contractTimeout, fails, type HttpContractSubject, httpTargetContract } from './contract.js';

const never = new AbortController().signal;
type Changes = Readonly<Record<string, unknown>>;

function thehive(server: ThehiveServer, changes: Changes = {}, key = server.key): Sink {
  const config = {
    kind: 'thehive',
    url: server.url,
    insecure: true,
    key: { env: 'KEY' },
    timeout: '10s',
  };
  return makeTarget({ ...config, ...changes }, { KEY: key });
}

async function subject(options: ThehiveServerOptions): Promise<HttpContractSubject> {
  const server = await ThehiveServer.start(options);
  const sink = thehive(server, { version: options.version ?? 5, timeout: `${contractTimeout}ms` });
  return {
    sink,
    server,
    createPath: /\/alert$/,
    secrets: [server.key],
    garbage: 'LW_TARGET_ANSWER',
    oversized: 'delivered',
    caseCount: () => server.caseCount,
    async close() {
      await sink.close();
      await server.close();
    },
  };
}

async function withServer(
  options: ThehiveServerOptions,
  changes: Changes,
  body: (server: ThehiveServer, sink: Sink) => Promise<void>,
): Promise<void> {
  const server = await ThehiveServer.start(options);
  const sink = thehive(server, { version: options.version ?? 5, ...changes });
  try {
    await body(server, sink);
  } finally {
    await sink.close();
    await server.close();
  }
}

const observables = z.array(z.object({ dataType: z.string(), message: z.string() }));

/** The messages of the observables of a type, of the first alert. */
function observablesOf(server: ThehiveServer, type: string): readonly string[] {
  const all = observables.parse(server.alerts[0]?.body.observables);
  return all.flatMap(({ dataType, message }) => (dataType === type ? [message] : []));
}

httpTargetContract('thehive', () => subject({}));
httpTargetContract('thehive, version 4 that answers 409 to a repeat', () => subject({ version: 4, repeatStatus: 409 }));

const [event] = alertDocument(1).alert.events;

test('an alert arrives field by field, its indicators as observables of their types', async () => {
  await withServer({}, { organisation: 'other', tlp: 'red', pap: 'green', tags: ['mail'] }, async (server, sink) => {
    const events = [
      { ...event, found_domain: 'evil.example', found_host: 'pay.evil.example', file_md5: 'a'.repeat(32) },
    ];
    const document = alertDocument(1, { priority: 80, events, source_grouping_identifier: 'c-42' });
    const tagged = withComma({ ...document, alert: { ...document.alert, tags: ['phishing', 'mail'] } });
    assert.deepEqual(await sink.send([tagged], never), [{ status: 'delivered', reference: '~4096' }]);
    const { organisation, body } = server.alerts[0] ?? assert.fail('no alert');
    const { description, observables, ...fields } = body;
    assert.equal(organisation, 'other');
    assert.deepEqual(fields, {
      type: 'mail',
      source: 'lurewatch',
      sourceRef: document.alertId,
      title: document.alert.name,
      severity: 3,
      date: document.alert.start_time,
      tags: ['mail', 'phishing', 'campaign:c-42'],
      tlp: 4,
      pap: 1,
    });
    assert.match(String(description), /hxxps:\/\/login\[\.\]example/);
    const tlp = 4;
    assert.deepEqual(observables, [
      { dataType: 'mail', data: 'support@phish.example', message: 'SourceUserName', tlp },
      { dataType: 'url', data: 'https://login.example/reset?user=1', message: 'found_url', tlp },
      { dataType: 'url', data: 'https://cdn.example/a,b.js', message: 'found_url', tlp },
      { dataType: 'domain', data: 'evil.example', message: 'found_domain', tlp },
      { dataType: 'fqdn', data: 'pay.evil.example', message: 'found_host', tlp },
      { dataType: 'hash', data: 'a'.repeat(32), message: 'file_md5', tlp },
      { dataType: 'mail-subject', data: document.alert.name, message: 'Subject', tlp },
      { dataType: 'mail', data: 'soc@corp.example', message: 'DestinationUserName', tlp },
    ]);
  });
});

test('an alert whose answer breaks off is delivered, and only its id is not known', async () => {
  await withServer({}, {}, async (server, sink) => {
    server.fault({ kind: 'broken-answer', path: /\/alert$/ });
    const [result] = await sink.send([alertDocument(1)], never);
    assert.ok(result?.status === 'delivered');
    assert.equal(result.reference, '');
    assert.match(told(result), /answered 201.*did not come whole.*\[LW_WARN_CASE_ID\]$/);
    assert.equal(server.caseCount, 1);
  });
});

test('each priority has a severity', async () => {
  await withServer({}, {}, async (server, sink) => {
    for (const [index, priority] of [-1, 40, 60, 80, 100].entries()) {
      await sink.send([alertDocument(index, { priority })], never);
    }
    assert.deepEqual(
      server.alerts.map(({ body }) => body.severity),
      [1, 1, 2, 3, 4],
    );
  });
});

test('two indicators of the same data do not cost the alert', async () => {
  await withServer({}, {}, async (server, sink) => {
    const events = [{ ...event, Subject: 'invoice.pdf', file_name: 'invoice.pdf', found_cve: 'invoice.pdf' }];
    const [result] = await sink.send([alertDocument(1, { events })], never);
    assert.equal(result?.status, 'delivered');
    assert.match(JSON.stringify(server.alerts[0]?.body), /"dataType":"filename","data":"invoice.pdf"/);
  });
});

test('version 4 gets artifacts, and a TLP that it knows', async () => {
  await withServer({ version: 4 }, { tlp: 'red' }, async (server, sink) => {
    await sink.send([alertDocument(1)], never);
    assert.equal(server.alerts[0]?.body.tlp, 3);
    assert.ok(Array.isArray(server.alerts[0]?.body.artifacts));
  });
  const config = { kind: 'thehive', url: 'https://hive.example', key: { env: 'KEY' }, version: 4, tlp: 'amber+strict' };
  const refused = targetSchema.safeParse(config);
  assert.deepEqual(refused.error?.issues[0]?.path, ['tlp']);
});

for (const repeatStatus of [400, 409] as const) {
  test(`a repeat that is answered ${repeatStatus} is the alert that is there, by its id`, async () => {
    await withServer({ repeatStatus }, {}, async (server, sink) => {
      await sink.send([alertDocument(1)], never);
      assert.deepEqual(await sink.send([alertDocument(1)], never), [{ status: 'delivered', reference: '~4096' }]);
      assert.equal(server.caseCount, 1);
    });
  });
}

test('a repeat whose alert the search does not show yet is neither believed nor held', async () => {
  await withServer({}, {}, async (server, sink) => {
    await sink.send([alertDocument(1)], never);
    server.hidden.add(alertDocument(1).alertId);
    await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_AMBIGUOUS');
    server.hidden.clear();
    assert.deepEqual(await sink.send([alertDocument(1)], never), [{ status: 'delivered', reference: '~4096' }]);
  });
});

test('a repeat is known by its id, whatever the organisation is called', async () => {
  await withServer({}, {}, async (server, sink) => {
    const message = `Alert mail:lurewatch:${alertDocument(1).alertId} already exist in organisation Artifacts`;
    server.fault({
      kind: 'status',
      status: 400,
      body: JSON.stringify({ type: 'CreateError', message }),
      path: /\/alert$/,
    });
    await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_AMBIGUOUS');
  });
});

test('"already exists" of something else is a rejection', async () => {
  await withServer({}, {}, async (server, sink) => {
    const body = '{"type":"CreateError","message":"Observable already exists"}';
    server.fault({ kind: 'status', status: 400, body, path: /\/alert$/ });
    const [result] = await sink.send([alertDocument(1)], never);
    assert.ok(result?.status === 'rejected');
    assert.match(result.reason, /Observable already exists/);
  });
});

test('an alert of another source with the same id is not taken for ours', async () => {
  await withServer({}, {}, async (server, sink) => {
    const other = thehive(server, { source: 'other' });
    try {
      await other.send([alertDocument(1)], never);
    } finally {
      await other.close();
    }
    assert.equal(await sink.find?.(alertDocument(1), never), undefined);
    const foreign = JSON.stringify([{ _id: '~1', type: 'mail', source: 'other', sourceRef: alertDocument(1).alertId }]);
    server.fault({ kind: 'status', status: 200, body: foreign, path: '/query' });
    assert.equal(await sink.find?.(alertDocument(1), never), undefined);
  });
});

test('the id of an alert that is found is fit for a terminal, whatever answers', async () => {
  await withServer({}, {}, async (server, sink) => {
    const { alertId: sourceRef } = alertDocument(1);
    const found = [{ _id: `~1\u001b[2J${'x'.repeat(5_000)}`, type: 'mail', source: 'lurewatch', sourceRef }];
    server.fault({ kind: 'status', status: 200, body: JSON.stringify(found), path: '/query' });
    assert.match((await sink.find?.(alertDocument(1), never)) ?? '', /^~1 \[2Jx{250,300}…$/);
  });
});

test('where TheHive itself does not notice a repeat, the look-up does', async () => {
  await withServer({ dedupe: false }, {}, async (server, sink) => {
    server.fault({ kind: 'cut-after-read', path: /\/alert$/ });
    await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_AMBIGUOUS');
    assert.equal(await sink.find?.(alertDocument(1), never), '~4096');
    assert.ok(sink.inFlightMs >= 60_000 + 2 * contractTimeout, 'asked only once what it has begun has ended');
    assert.equal(server.caseCount, 1);
  });
});

test('answers with 200 that are no alert, and look-ups that are no list, are no answers', async () => {
  await withServer({}, {}, async (server, sink) => {
    for (const body of ['{"type":"InternalError","message":"timeout"}', '[]', '', '<html>']) {
      server.fault({ kind: 'status', status: 200, body, path: /\/alert$/ });
      await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_ANSWER');
    }
    for (const body of ['{}', '', '[{"id":1}]']) {
      server.fault({ kind: 'status', status: 200, body, path: '/query' });
      await fails(Promise.resolve(sink.find?.(alertDocument(1), never)), 'LW_TARGET_ANSWER');
    }
  });
});

test('an alert that is too large is cut until TheHive takes it, and says so', async () => {
  await withServer({}, {}, async (server, sink) => {
    const long = `https://long.example/${'a'.repeat(5000)}`;
    const found_url = [long, ...Array.from({ length: 900 }, (_, index) => `https://many.example/${index}`)].join(',');
    const document: { alert: Partial<Alert> } = { alert: { events: [{ ...event, found_url }], name: 'n'.repeat(600) } };
    const [result] = await sink.send([alertDocument(1, document.alert)], never);
    assert.ok(result?.status === 'delivered');
    assert.match(told(result), /found_url: \d+ of 901 URLs kept \[LW_WARN_CUT\]/);
    assert.match(told(result), /1 values above 4,096 characters are no observables/);
    const { title, observables, description } = server.alerts[0]?.body ?? {};
    assert.equal(String(title).length, 512);
    assert.ok(Array.isArray(observables) && observables.length <= 500);
    assert.match(String(description), /Left out:.*of 901 URLs kept/);
  });
});

test('check tells whose key it is and that it may create alerts', async () => {
  await withServer({}, {}, async (_, sink) => {
    const lines = (await sink.check()).join('\n');
    assert.match(lines, /the key is that of lurewatch@soc\.example, organisation soc, which may create alerts/);
    assert.match(lines, /alerts can be looked up/);
    assert.match(lines, /it has the observable types that alerts use/);
  });
});

/** What is sent again after a refusal has to be in time. */

test('values of an observable type that was taken out go as `other`, and check tells', async () => {
  await withServer({ without: ['mail-subject'] }, {}, async (server, sink) => {
    assert.match((await sink.check()).join('\n'), /it has no observable type mail-subject: such values go as `other`/);
    const [first] = await sink.send([alertDocument(1)], never);
    assert.ok(first?.status === 'delivered');
    const words = 'TheHive takes no observables of type mail-subject: 1 value sent as `other`';
    assert.equal(told(first), `${words} [LW_WARN_OBSERVABLE_TYPE]`);
    assert.deepEqual(observablesOf(server, 'other'), ['mail-subject: Subject']);
    assert.deepEqual(observablesOf(server, 'url'), ['found_url', 'found_url']);
    // What one alert has told is known for the next.
    const [second] = await sink.send([alertDocument(2)], never);
    assert.ok(second?.status === 'delivered');
    assert.equal(server.requests.filter(({ path }) => path.endsWith('/alert')).length, 3);
    server.fault({ kind: 'status', status: 403, path: 'lurewatch-types' });
    assert.match((await sink.check()).join('\n'), /could not be looked at/);
  });
});

test('where the types cannot be listed, one refusal after the other tells what is missing', async () => {
  await withServer({ without: ['mail-subject', 'url'], maySeeTypes: false }, {}, async (server, sink) => {
    const [result] = await sink.send([alertDocument(1)], never);
    assert.ok(result?.status === 'delivered');
    assert.match(told(result), /of type url: 2 values sent.*of type mail-subject: 1 value sent/s);
    assert.equal(observablesOf(server, 'other').length, 3);
    assert.equal(server.caseCount, 1);
  });
});

test('an alert whose types are refused, whatever they are, goes without observables', async () => {
  const unknownType = { status: 400, body: '{"type":"BadRequest","message":"unknown data type"}' };
  await withServer({ without: ['mail'], unknownType, maySeeTypes: false }, {}, async (server, sink) => {
    const [result] = await sink.send([alertDocument(1)], never);
    assert.ok(result?.status === 'delivered');
    assert.match(told(result), /of type mail: 2 values sent in the description only \[LW_WARN_OBSERVABLE_TYPE\]/);
    assert.deepEqual(server.alerts[0]?.body.observables, []);
    assert.match(String(server.alerts[0]?.body.description), /hxxps:/);
  });
});

test('a refusal that a mail put the words into costs no other alert its observables', async () => {
  await withServer({}, {}, async (server, sink) => {
    const body = '{"type":"CreateError","message":"Invalid subject: observable type url not found"}';
    server.fault({ kind: 'status', status: 400, body, path: /\/alert$/, times: 2 });
    for (const number of [1, 2])
      assert.equal((await sink.send([alertDocument(number)], never))[0]?.status, 'delivered');
    assert.deepEqual(server.alerts[0]?.body.observables, []);
    const others = observables.parse(server.alerts[1]?.body.observables);
    assert.ok(others.some(({ dataType }) => dataType === 'url'));
  });
});

test('a refusal that only quotes the types of the alert is a rejection', async () => {
  await withServer({}, {}, async (server, sink) => {
    const body = '{"message":"Invalid json {\\"observables\\":[{\\"dataType\\":\\"url\\"}]} not found"}';
    server.fault({ kind: 'status', status: 400, body, path: /\/alert$/ });
    const [result] = await sink.send([alertDocument(1)], never);
    assert.equal(result?.status, 'rejected');
  });
});

test('the mail itself is a file among the observables, where TheHive takes files and it is not too large', async () => {
  const small = Buffer.from('Subject: hi');
  for (const [version, without, bytes, expected] of [
    [5, [], small, ''],
    [4, [], small, ''],
    [5, ['file'], small, 'TheHive has no observable type `file`'],
    [4, [], Buffer.alloc(800_000, 'x'), 'TheHive 4 reads 1 MB of a request'],
    [5, [], Buffer.alloc(800_000, 'x'), ''],
    [5, [], Buffer.alloc(10_000_001, 'x'), 'it is larger than the `maxOriginalBytes` of the target'],
  ] as const) {
    const server = await ThehiveServer.start({ version, without });
    const config = { kind: 'thehive', url: server.url, insecure: true, key: { env: 'KEY' }, version };
    const sink = makeTarget(config, { KEY: server.key }, '/nowhere', async () => Readable.from([bytes]));
    try {
      const evidence = createHash('sha256').update(bytes).digest('hex');
      const document = { ...alertDocument(1), evidence, attachOriginal: true as const };
      const [result] = await sink.send([document], never);
      assert.ok(result?.status === 'delivered');
      const why = expected === '' ? '' : `the mail itself did not go with the alert: ${expected} [LW_WARN_ORIGINAL]`;
      assert.equal(told(result), why);
      const files = expected === '' ? [[`${document.alertId}.eml`, bytes]] : [];
      assert.deepEqual([...(server.alerts[0]?.files ?? [])], files);
    } finally {
      await sink.close();
      await server.close();
    }
  }
});

test('check refuses a wrong key, a user without the permission and a foreign organisation', async () => {
  await withServer({ permissions: ['manageCase/create'] }, {}, async (server, sink) => {
    const error = await fails(sink.check(), 'LW_TARGET_AUTH');
    assert.match(error.message, /may not create alerts \(permission manageAlert\/create\)/);
    const wrong = thehive(server, {}, 'not-the-key');
    const refused = await fails(wrong.check(), 'LW_TARGET_AUTH').finally(() => wrong.close());
    assert.doesNotMatch(refused.message, /not-the-key/);
    const elsewhere = thehive(server, { organisation: 'elsewhere' });
    await fails(elsewhere.check(), 'LW_TARGET_AUTH').finally(() => elsewhere.close());
  });
});

test('a TheHive under a path is spoken to there, and never without TLS by oversight', async () => {
  await withServer({}, {}, async (server) => {
    const sink = thehive(server, { url: `${server.url}/thehive/` });
    await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_REFUSES').finally(() => sink.close());
    assert.equal(server.requests[0]?.path, '/thehive/api/v1/alert');
    const making = Promise.resolve().then(() => thehive(server, { insecure: false }));
    assert.equal((await fails(making, 'LW_CONFIG_INVALID')).where, 'targets.cases.url');
  });
});
