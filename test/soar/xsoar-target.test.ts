import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { targetSchema } from '../../src/config/schema.js';
import type { Sink } from '../../src/sinks/sink.js';
import type { OpenOriginal } from '../../src/soar/original.js';
import { readForm } from '../support/form-data.js';
import { type ScriptedAnswer, ScriptedServer, type SeenRequest } from '../support/scripted-server.js';
import { alertDocument, withComma } from '../support/soar-documents.js';
import { makeTarget } from '../support/target-setup.js';
import { told } from '../support/warnings.js';
import { XsoarServer, type XsoarServerOptions } from '../support/xsoar-server.js';
import { contractTimeout, fails, type HttpContractSubject, httpTargetContract } from './contract.js';
import { attached, holding, mail } from './mail-contract.js';

const never = new AbortController().signal;
type Changes = Readonly<Record<string, unknown>>;

function xsoar(
  server: XsoarServer,
  { version = 8 }: XsoarServerOptions,
  changes: Changes = {},
  key = server.key,
): Sink {
  const config = {
    kind: 'xsoar',
    url: server.url,
    insecure: true,
    key: { env: 'KEY' },
    ...(version === 8 ? { keyId: Number(server.keyId) } : {}),
    timeout: '10s',
  };
  return makeTarget({ ...config, ...changes }, { KEY: key });
}

async function subject(options: XsoarServerOptions): Promise<HttpContractSubject> {
  const server = await XsoarServer.start(options);
  const sink = xsoar(server, options, { timeout: `${contractTimeout}ms` });
  return {
    sink,
    server,
    createPath: /\/incident$/,
    secrets: [server.key],
    garbage: 'LW_TARGET_ANSWER',
    // It is read whole, and is no incident; what is longer stands below.
    oversized: 'LW_TARGET_ANSWER',
    caseCount: () => server.caseCount,
    async close() {
      await sink.close();
      await server.close();
    },
  };
}

async function withServer(
  options: XsoarServerOptions,
  changes: Changes,
  body: (server: XsoarServer, sink: Sink) => Promise<void>,
): Promise<void> {
  const server = await XsoarServer.start(options);
  const sink = xsoar(server, options, changes);
  try {
    await body(server, sink);
  } finally {
    await sink.close();
    await server.close();
  }
}

httpTargetContract('xsoar 8', () => subject({}));
httpTargetContract('xsoar 6', () => subject({ version: 6 }));

const [event] = alertDocument(1).alert.events;

test('an alert becomes an incident with the labels of a mail listener, and the whole alert in rawJSON', async () => {
  await withServer({}, { incidentType: 'Phishing', createInvestigation: false }, async (server, sink) => {
    const events = [
      {
        ...event,
        found_domain: 'evil.example',
        file_sha256: 'b'.repeat(64),
        file_name: 'a%2Cb.pdf',
        header_x_spam_score: '7',
      },
    ];
    const document = alertDocument(1, { priority: 100, events, source_grouping_identifier: 'c-42' });
    const tagged = withComma({ ...document, alert: { ...document.alert, tags: ['vip'] } });
    assert.deepEqual(await sink.send([tagged], never), [{ status: 'delivered', reference: '178791' }]);
    const { details, rawJSON, labels, ...fields } = server.incidents[0]?.body ?? assert.fail('no incident');
    assert.deepEqual(fields, {
      name: document.alert.name,
      type: 'Phishing',
      severity: 4,
      occurred: '2026-11-21T09:30:00.001Z',
      customFields: { lurewatchalertid: document.alertId },
      createInvestigation: false,
    });
    assert.match(String(details), /hxxps:\/\/login\[\.\]example.*hxxps:\/\/cdn\[\.\]example\/a,b\.js/s);
    assert.deepEqual(JSON.parse(String(rawJSON)), tagged.alert);
    assert.deepEqual(labels, [
      { type: 'Email/from', value: 'support@phish.example' },
      { type: 'Email/subject', value: document.alert.name },
      { type: 'Email', value: 'soc@corp.example' },
      { type: 'Email/attachments', value: 'a,b.pdf' },
      { type: 'Email/headers/X-Spam-Score', value: '7' },
      { type: 'Indicator/Email', value: 'support@phish.example' },
      { type: 'Indicator/URL', value: 'https://login.example/reset?user=1' },
      { type: 'Indicator/URL', value: 'https://cdn.example/a,b.js' },
      { type: 'Indicator/Domain', value: 'evil.example' },
      { type: 'Indicator/File SHA-256', value: 'b'.repeat(64) },
      { type: 'Lurewatch/environment', value: 'Default Environment' },
      { type: 'Lurewatch/tag', value: 'vip' },
      { type: 'Lurewatch/tag', value: 'campaign:c-42' },
    ]);
  });
});

test('each priority has a severity, and investigations begin by themselves', async () => {
  await withServer({ version: 6 }, {}, async (server, sink) => {
    for (const [index, priority] of [-1, 40, 60, 80, 100].entries()) {
      await sink.send([alertDocument(index, { priority })], never);
    }
    assert.deepEqual(
      server.incidents.map(({ body }) => body.severity),
      [0.5, 1, 2, 3, 4],
    );
    assert.equal(server.incidents[0]?.body.createInvestigation, true);
    assert.ok(server.requests.every(({ path, headers }) => !path.includes('xsoar') && !('x-xdr-auth-id' in headers)));
  });
});

test('nothing is created before the search has said that it is not there', async () => {
  await withServer({}, {}, async (server, sink) => {
    server.fault({ kind: 'status', status: 503, headers: { 'retry-after': '3' }, path: '/search' });
    const error = await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_UNAVAILABLE');
    assert.equal(error.retryAfterMs, 3000);
    server.fault({ kind: 'cut-after-read', path: '/search' });
    await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_UNAVAILABLE');
    server.fault({ kind: 'garbage', path: '/search' });
    await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_ANSWER');
    assert.equal(server.arrivals.size, 0);
  });
});

test('a call that others may have taken over creates nothing', async () => {
  await withServer({}, {}, async (server, sink) => {
    const reason = new Error('taken over');
    const sending = sink.send([alertDocument(1)], never, () => Promise.reject(reason));
    assert.equal(await sending.catch((error: unknown) => error), reason);
    assert.equal(server.arrivals.size, 0);
  });
});

test('the time until a look-up is believed covers both requests and an index that lags behind', async () => {
  await withServer({}, {}, async (server, sink) => {
    server.fault({ kind: 'cut-after-read', path: /\/incident$/ });
    await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_AMBIGUOUS');
    server.hidden.add('178791');
    assert.equal(await sink.find?.(alertDocument(1), never), undefined);
    assert.ok(sink.inFlightMs >= 60_000 + 4 * contractTimeout);
    server.hidden.clear();
    assert.equal(await sink.find?.(alertDocument(1), never), '178791');
  });
});

test('the id of an incident is fit for a terminal, whatever answers', async () => {
  await withServer({}, {}, async (server, sink) => {
    const id = `1\u001b[2J${'x'.repeat(5_000)}`;
    const CustomFields = { lurewatchalertid: alertDocument(1).alertId };
    const body = JSON.stringify({ total: 1, data: [{ id, CustomFields }] });
    server.fault({ kind: 'status', status: 200, body, path: '/search' });
    assert.match((await sink.find?.(alertDocument(1), never)) ?? '', /^1 \[2Jx{250,300}…$/);
  });
});

test('an incident is known again though XSOAR writes each & of its URLs as six characters', async () => {
  await withServer({}, { timeout: '30s' }, async (server, sink) => {
    const found_url = Array.from({ length: 1_100 }, (_, number) => `https://a.example/${number}?${'&'.repeat(1_000)}`);
    const document = alertDocument(1, { events: [{ ...event, found_url: found_url.join(',') }] });
    await sink.send([document], never);
    const [{ id, body: sent, customFields, rawJSON } = assert.fail('no incident')] = server.incidents;
    const made = { ...sent, id, CustomFields: customFields, rawJSON };
    const body = JSON.stringify({ total: 1, data: [made] }).replaceAll('&', String.raw`\u0026`);
    assert.ok(body.length > 10 * 1024 * 1024);
    server.fault({ kind: 'status', status: 200, body, path: '/search' });
    assert.equal(await sink.find?.(document, never), id);
    server.fault({ kind: 'oversized', sizeBytes: 33 * 1024 * 1024, path: '/search' });
    await fails(Promise.resolve(sink.find?.(document, never)), 'LW_TARGET_AMBIGUOUS');
  });
});

test('a search that finds more than it was asked for is not believed', async () => {
  await withServer({ looseSearch: true }, {}, async (server, sink) => {
    await sink.send([alertDocument(1)], never);
    assert.equal(await sink.find?.(alertDocument(2), never), undefined);
    await sink.send([alertDocument(2)], never);
    assert.equal(await sink.find?.(alertDocument(2), never), '178792');
    assert.equal(server.caseCount, 2);
  });
});

test('a search that finds more than it shows, and not ours, stops for a person', async () => {
  await withServer({ looseSearch: true }, {}, async (server, sink) => {
    for (let number = 1; number <= 20; number += 1) await sink.send([alertDocument(number)], never);
    assert.equal(await sink.find?.(alertDocument(21), never), undefined);
    await sink.send([alertDocument(21)], never);
    await fails(sink.send([alertDocument(22)], never), 'LW_TARGET_REFUSES');
    assert.equal(server.caseCount, 21);
  });
});

test('an incident field that XSOAR does not have is told with the first alert', async () => {
  await withServer({ fields: [] }, {}, async (_, sink) => {
    const [result] = await sink.send([alertDocument(1)], never);
    assert.ok(result?.status === 'delivered');
    assert.match(told(result), /dropped the incident field lurewatchalertid.*\[LW_WARN_ID_FIELD\]/);
  });
});

test('the grouping key of a campaign stands in a field of its own, where the configuration names one', async () => {
  const groupingField = 'lurewatchcampaign';
  const fields = ['lurewatchalertid', groupingField];
  const ofCampaign = alertDocument(1, { source_grouping_identifier: 'lw-c-1' });
  await withServer({ fields }, { groupingField }, async (server, sink) => {
    const results = [...(await sink.send([ofCampaign], never)), ...(await sink.send([alertDocument(2)], never))];
    for (const result of results)
      assert.deepEqual(result, {
        status: 'delivered',
        reference: result.status === 'delivered' ? result.reference : '',
      });
    const stored = server.requests.flatMap(({ path, body }) =>
      path.endsWith('/incident') ? [JSON.parse(body).customFields] : [],
    );
    assert.deepEqual(stored, [
      { lurewatchalertid: ofCampaign.alertId, [groupingField]: 'lw-c-1' },
      { lurewatchalertid: alertDocument(2).alertId },
    ]);
    assert.match(
      (await sink.check()).join('\n'),
      /the incident field lurewatchcampaign is there, for the grouping key/,
    );
  });
  await withServer({}, { groupingField }, async (_, sink) => {
    const [result] = await sink.send([ofCampaign], never);
    assert.ok(result?.status === 'delivered');
    assert.match(told(result), /dropped the incident field lurewatchcampaign.*\[LW_WARN_GROUPING_FIELD\]/);
    const { message } = await fails(sink.check(), 'LW_TARGET_REFUSES');
    assert.match(message, /no incident field lurewatchcampaign.*take `groupingField` out/);
  });
  const config = { kind: 'xsoar', url: 'https://api-x.example', key: { env: 'KEY' }, keyId: 7 };
  const same = targetSchema.safeParse({ ...config, groupingField: 'lurewatchalertid' });
  assert.deepEqual(same.error?.issues[0]?.path, ['groupingField']);
});

test('an error that comes with 200 is taken for what its body says', async () => {
  await withServer({}, {}, async (server, sink) => {
    const says = (status: number, path: string | RegExp, detail = 'because') =>
      server.fault({
        kind: 'status',
        status: 200,
        body: JSON.stringify({ id: 'errGeneric', status, title: 'Error', detail, error: detail }),
        path,
      });
    const send = () => sink.send([alertDocument(1)], never);
    says(401, '/search');
    await fails(send(), 'LW_TARGET_AUTH');
    says(500, /\/incident$/);
    await fails(send(), 'LW_TARGET_AMBIGUOUS');
    says(400, /\/incident$/, 'name is missing');
    const [result] = await send();
    assert.ok(result?.status === 'rejected');
    assert.match(result.reason, /400.*name is missing/);
    for (const body of ['{"id":"errGeneric","error":"no"}', '{"id":"","error":"no"}', '<html></html>']) {
      server.fault({ kind: 'status', status: 200, body, path: /\/incident$/ });
      await fails(send(), 'LW_TARGET_ANSWER');
    }
    assert.equal(server.caseCount, 0);
  });
});

test('an incident that a pre-process rule drops is delivered, and the warning says that it has no id', async () => {
  await withServer({}, {}, async (server, sink) => {
    const { alertId, alert } = alertDocument(1);
    const dropped = [
      { id: '', version: 0 },
      { name: alert.name, CustomFields: { lurewatchalertid: alertId } },
      { id: null, rawJSON: JSON.stringify(alert) },
    ];
    for (const body of dropped) {
      server.fault({ kind: 'status', status: 201, body: JSON.stringify(body), path: /\/incident$/ });
      const [result] = await sink.send([alertDocument(1)], never);
      assert.ok(result?.status === 'delivered');
      assert.equal(result.reference, '');
      assert.match(told(result), /no id.*pre-process rules of XSOAR \[LW_WARN_CASE_ID\]$/);
    }
    assert.equal(server.caseCount, 0);
  });
});

test('an answer that shows no incident at all is left to a person, unless the search shows one', async () => {
  await withServer({}, {}, async (server, sink) => {
    for (const body of ['null', '{}', '[]', '', '{"CustomFields":{"lurewatchalertid":"of another alert"}}']) {
      server.fault({ kind: 'status', status: 200, body, path: /\/incident$/ });
      const [result] = await sink.send([alertDocument(1)], never);
      assert.match(
        result?.status === 'rejected' ? result.reason : '',
        /answered 200 with no incident.*pre-process rules/,
      );
    }
    server.fault({ kind: 'status', status: 200, body: 'null', carriedOut: true, path: /\/incident$/ });
    assert.deepEqual(await sink.send([alertDocument(1)], never), [{ status: 'delivered', reference: '178791' }]);
    assert.equal(server.caseCount, 1);
  });
});

test('a key of security level Advanced never travels itself, and each request shows it anew', async () => {
  await withServer({ advanced: true }, { keyType: 'advanced' }, async (server, sink) => {
    assert.equal((await sink.send([alertDocument(1)], never))[0]?.status, 'delivered');
    assert.match((await sink.check()).join('\n'), /incidents can be searched/);
    assert.ok(server.requests.length >= 4);
    assert.ok(server.requests.every(({ headers, body }) => !JSON.stringify([headers, body]).includes(server.key)));
    const standard = xsoar(server, {});
    const refused = await fails(standard.check(), 'LW_TARGET_AUTH').finally(() => standard.close());
    assert.match(refused.message, /security level Standard \(`keyType`\)/);
  });
  const config = { kind: 'xsoar', url: 'https://xsoar.example', key: { env: 'KEY' }, keyType: 'advanced' };
  assert.deepEqual(targetSchema.safeParse(config).error?.issues[0]?.path, ['keyType']);
});

/** Answers with what was shown to it, as a debugging proxy does. */
class Echo extends ScriptedServer {
  protected override arrived(): void {}

  protected override carryOut({ headers }: SeenRequest): ScriptedAnswer {
    return { status: 400, body: `refused: ${headers.authorization} ${headers['x-xdr-nonce']}` };
  }
}

test('neither the hash of such a key nor its nonce stands in an error, whatever answers', async () => {
  const server = new Echo();
  await server.up();
  const config = { kind: 'xsoar', url: server.url, insecure: true, key: { env: 'KEY' }, keyId: 7, keyType: 'advanced' };
  const sink = makeTarget(config, { KEY: 'the-key' });
  try {
    const { message } = await fails(sink.send([alertDocument(1)], never), 'LW_TARGET_REFUSES');
    assert.match(message, /refused: \[secret\] \[secret\]/);
  } finally {
    await sink.close();
    await server.close();
  }
});

test('searches that answer no list are no answer', async () => {
  await withServer({}, {}, async (server, sink) => {
    for (const body of ['{}', '{"total":3,"data":null}', '[]', '']) {
      server.fault({ kind: 'status', status: 200, body, path: '/search' });
      await fails(Promise.resolve(sink.find?.(alertDocument(1), never)), 'LW_TARGET_ANSWER');
    }
  });
});

test('an alert that is too large is cut, and says so', async () => {
  await withServer({}, {}, async (server, sink) => {
    const url = `https://long.example/${'a'.repeat(980)}`;
    const found_url = Array.from({ length: 3000 }, (_, index) => `${url}${index}`).join(',');
    const [result] = await sink.send([alertDocument(1, { events: [{ ...event, found_url }] })], never);
    assert.ok(result?.status === 'delivered');
    assert.match(told(result), /of 3000 URLs kept \[LW_WARN_CUT\]/);
    const sent = server.requests.at(-1)?.body ?? '';
    assert.ok(sent.length > 1_000_000 && sent.length <= 4_000_100, `${sent.length}`);
  });
});

async function withMail(
  options: XsoarServerOptions,
  changes: Changes,
  body: (server: XsoarServer, sink: Sink) => Promise<void>,
  originals: OpenOriginal = holding,
): Promise<void> {
  const server = await XsoarServer.start(options);
  const config = { kind: 'xsoar', url: server.url, insecure: true, key: { env: 'KEY' }, keyId: server.keyId };
  const sink = makeTarget({ ...config, ...changes }, { KEY: server.key }, '/nowhere', originals);
  try {
    await body(server, sink);
  } finally {
    await sink.close();
    await server.close();
  }
}

test('the investigation begins once the mail is there, where it is to begin at all', async () => {
  for (const [createInvestigation, expected] of [
    [true, 'begun with the last file'],
    [false, ''],
  ] as const) {
    await withMail({}, { createInvestigation }, async (server, sink) => {
      await sink.send([attached], never);
      const [incident] = server.incidents;
      assert.equal(incident?.body.createInvestigation, false);
      assert.equal(incident.investigationId, expected);
      assert.deepEqual(incident.files, [{ name: `${attached.alertId}.eml`, content: mail }]);
    });
  }
});

test('a mail that XSOAR refuses leaves a note, with which the investigation begins', async () => {
  const large = Buffer.alloc(300, 'x');
  const document = { ...attached, evidence: createHash('sha256').update(large).digest('hex') };
  const open: OpenOriginal = async () => Readable.from([large]);
  const checking = async (server: XsoarServer, sink: Sink): Promise<void> => {
    const [result] = await sink.send([document], never);
    assert.ok(result?.status === 'delivered');
    assert.match(told(result), /the target answered 413 \(too large\) \[LW_WARN_ORIGINAL\]$/);
    const [incident] = server.incidents;
    const names = incident?.files.map(({ name }) => name);
    assert.deepEqual(names, [`${attached.alertId}.txt`]);
    assert.equal(incident?.investigationId, 'begun with the last file');
    assert.equal(await sink.find?.(document, never), '178791');
    const [again] = await sink.send([document], never);
    assert.ok(again?.status === 'delivered');
    assert.match(told(again), /the note in its place says why \[LW_WARN_ORIGINAL\]$/);
    assert.equal(incident.files.length, 1);
  };
  await withMail({ mostFileBytes: 250 }, {}, checking, open);
});

test('an incident whose answer showed none is not held for want of its mail, which follows', async () => {
  await withMail({}, {}, async (server, sink) => {
    server.fault({ kind: 'status', status: 200, body: 'null', carriedOut: true, path: /\/incident$/ });
    assert.deepEqual(await sink.send([attached], never), [{ status: 'delivered', reference: '178791' }]);
    const [incident] = server.incidents;
    assert.deepEqual([server.caseCount, incident?.files.length], [1, 1]);
    assert.equal(incident?.investigationId, 'begun with the last file');
  });
});

test('an investigation that has begun before the mail is there does not begin again', async () => {
  await withMail({}, {}, async (server, sink) => {
    server.fault({ kind: 'cut-before-read', path: '/incident/upload/' });
    await fails(sink.send([attached], never), 'LW_TARGET_AMBIGUOUS');
    const incident = server.incidents[0] ?? assert.fail('no incident');
    incident.investigationId = 'begun by an analyst';
    assert.equal((await sink.send([attached], never))[0]?.status, 'delivered');
    assert.equal(incident.files.length, 1);
    const upload = server.requests.at(-1) ?? assert.fail('no upload');
    assert.equal(readForm(upload)?.get('last'), undefined);
  });
});

test('a mail goes to no incident of another alert, which a pre-process rule may update instead', async () => {
  await withMail({}, {}, async (server, sink) => {
    const other = alertDocument(2);
    await sink.send([other], never);
    const rawJSON = JSON.stringify(other.alert);
    for (const shown of [{ CustomFields: { lurewatchalertid: other.alertId } }, { rawJSON }]) {
      const body = JSON.stringify({ id: '178791', ...shown });
      server.fault({ kind: 'status', status: 201, body, path: /\/incident$/ });
      const [result] = await sink.send([attached], never);
      assert.ok(result?.status === 'delivered');
      assert.equal(result.reference, '');
      assert.match(
        told(result),
        /incident 178791, which is of another alert.*\[LW_WARN_CASE_ID\].*\[LW_WARN_ORIGINAL\]/s,
      );
    }
    assert.deepEqual(server.incidents[0]?.files, []);
  });
});

test('an XSOAR that takes no files at all has the incident, and the warning says what is left to do', async () => {
  await withMail({}, {}, async (server, sink) => {
    server.fault({ kind: 'status', status: 403, path: '/incident/upload/', times: 2 });
    const [result] = await sink.send([attached], never);
    assert.ok(result?.status === 'delivered');
    assert.match(
      told(result),
      /answered 403; nor did a note.*its investigation has to be begun by hand \[LW_WARN_ORIG/,
    );
    assert.equal(server.caseCount, 1);
  });
});

test('an incident that was left without its mail gets a note where the store has lost that meanwhile', async () => {
  let lost = false;
  const losing: OpenOriginal = async (sha256) => (lost ? undefined : holding(sha256));
  const checking = async (server: XsoarServer, sink: Sink): Promise<void> => {
    server.fault({ kind: 'cut-before-read', path: '/incident/upload/' });
    await fails(sink.send([attached], never), 'LW_TARGET_AMBIGUOUS');
    assert.equal(await sink.find?.(attached, never), undefined, 'not found before it is whole');
    lost = true;
    const [result] = await sink.send([attached], never);
    assert.ok(result?.status === 'delivered');
    assert.match(told(result), /the store has it no more \[LW_WARN_ORIGINAL\]/);
    const [incident] = server.incidents;
    assert.match(incident?.files[0]?.content.toString() ?? '', /the store has it no more\./);
    assert.equal(incident?.investigationId, 'begun with the last file');
    assert.equal(server.caseCount, 1);
  };
  await withMail({}, {}, checking, losing);
});

test('an upload that a login page answers is in doubt, and an error that comes with 200 is a refusal', async () => {
  await withMail({}, {}, async (server, sink) => {
    server.fault({ kind: 'garbage', path: '/incident/upload/' });
    await fails(sink.send([attached], never), 'LW_TARGET_AMBIGUOUS');
    const body = '{"id":"errGeneric","error":"file type is not allowed"}';
    server.fault({ kind: 'status', status: 200, body, path: '/incident/upload/' });
    const [result] = await sink.send([attached], never);
    assert.ok(result?.status === 'delivered');
    assert.match(told(result), /answered with an error \(file type is not allowed\)/);
    assert.equal(server.caseCount, 1);
  });
});

test('check searches, and makes sure of the incident field where it may', async () => {
  const checked = (options: XsoarServerOptions, body: (sink: Sink) => Promise<void>) =>
    withServer(options, {}, (_, sink) => body(sink));
  await checked({}, async (sink) => {
    assert.match((await sink.check()).join('\n'), /the incident field lurewatchalertid is there and can be searched/);
  });
  await checked({ mayReadFields: false }, async (sink) => {
    assert.match((await sink.check()).join('\n'), /could not be looked at/);
  });
  await checked({ fields: ['other'] }, async (sink) => {
    assert.match((await fails(sink.check(), 'LW_TARGET_REFUSES')).message, /has no incident field lurewatchalertid/);
  });
  await checked({ unsearchable: ['lurewatchalertid'] }, async (sink) => {
    assert.match((await fails(sink.check(), 'LW_TARGET_REFUSES')).message, /cannot be searched/);
  });
});

test('check tells a wrong key, and that XSOAR 8 needs the id of it', async () => {
  await withServer({}, {}, async (server) => {
    const wrong = xsoar(server, {}, {}, 'not-the-key');
    const refused = await fails(wrong.check(), 'LW_TARGET_AUTH').finally(() => wrong.close());
    assert.doesNotMatch(refused.message, /not-the-key/);
    const old = xsoar(server, { version: 6 });
    const without = await fails(old.check(), 'LW_TARGET_AUTH').finally(() => old.close());
    assert.match(without.message, /XSOAR 8 needs `keyId`/);
  });
});

test('a field that no incident field can be called is refused in the configuration', () => {
  const config = { kind: 'xsoar', url: 'https://api-x.example', key: { env: 'KEY' }, keyId: 7 };
  assert.equal(targetSchema.safeParse(config).success, true);
  const refused = targetSchema.safeParse({ ...config, idField: 'Lurewatch Alert Id' });
  assert.deepEqual(refused.error?.issues[0]?.path, ['idField']);
});
