import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { LurewatchError } from '../../src/errors/lurewatch-error.js';
import type { Sink } from '../../src/sinks/sink.js';
import { alertDocument, withComma } from '../support/soar-documents.js';
import { SplunkSoarServer, type SplunkSoarServerOptions } from '../support/splunk-soar-server.js';
import { makeTarget } from '../support/target-setup.js';
import { told } from '../support/warnings.js';
import { contractTimeout, fails, httpTargetContract } from './contract.js';

const never = new AbortController().signal;

function splunkTarget(server: SplunkSoarServer, changes: Readonly<Record<string, unknown>> = {}): Sink {
  const config = { kind: 'splunk-soar', url: server.url, insecure: true, timeout: '10s' };
  return makeTarget({ ...config, token: { env: 'TOKEN' }, ...changes }, { TOKEN: server.token });
}

async function withServer(
  body: (server: SplunkSoarServer, sink: Sink) => Promise<void>,
  options: SplunkSoarServerOptions = {},
  changes: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const server = await SplunkSoarServer.start(options);
  const sink = splunkTarget(server, changes);
  try {
    await body(server, sink);
  } finally {
    await sink.close();
    await server.close();
  }
}

httpTargetContract('splunk-soar', async () => {
  const server = await SplunkSoarServer.start();
  const sink = splunkTarget(server, { timeout: `${contractTimeout}ms` });
  return {
    sink,
    server,
    createPath: '/rest/container',
    secrets: [server.token],
    garbage: 'LW_TARGET_ANSWER',
    oversized: 'LW_TARGET_AMBIGUOUS',
    caseCount: () => server.caseCount,
    async close() {
      await sink.close();
      await server.close();
    },
  };
});

test('an alert becomes a container whose artifacts have the names that playbooks know', async () => {
  await withServer(
    async (server, sink) => {
      const [event] = alertDocument(1).alert.events;
      const document = alertDocument(1, {
        priority: 80,
        source_grouping_identifier: 'lw-1',
        tags: ['vip'],
        events: [
          {
            ...event,
            found_domain: 'login.example',
            found_ip: '192.0.2.1',
            received_ip: '198.51.100.7,192.0.2.9',
            reply_to: 'other@phish.example',
            envelope_to: 'soc@corp.example',
            found_hash: 'a'.repeat(32),
            found_cve: 'CVE-2026-1000',
            file_name: 'a%2C b.zip',
            file_sha256: 'c'.repeat(64),
          },
        ],
      });
      const results = await sink.send([withComma(document)], never);
      assert.deepEqual(results, [{ status: 'delivered', reference: '901' }]);
      const { body } = server.containers.get(document.alertId) ?? assert.fail('no container');
      assert.equal(body.name, 'Your account 1 – locked');
      assert.deepEqual([body.label, body.severity, body.tags], ['phishing', 'high', ['mail', 'vip', 'campaign:lw-1']]);
      assert.equal(body.start_time, '2026-11-21T09:30:00.001Z');
      const [email, ...others] = body.artifacts;
      assert.equal(email?.cef.fromEmail, 'support@phish.example');
      assert.equal(email?.cef.toEmail, 'soc@corp.example');
      assert.deepEqual(email?.data, document.alert.events[0]);
      assert.deepEqual(
        others.map(({ name, cef, cef_types: types }) => [name, cef, types]),
        [
          [
            'File Artifact',
            { fileName: 'a, b.zip', fileHash: 'c'.repeat(64), fileHashSha256: 'c'.repeat(64) },
            { fileName: ['file name'], fileHash: ['hash'], fileHashSha256: ['hash', 'sha256'] },
          ],
          ['Email Address Artifact', { fromEmail: 'other@phish.example' }, { fromEmail: ['email'] }],
          ['URL Artifact', { requestURL: 'https://login.example/reset?user=1' }, { requestURL: ['url'] }],
          ['URL Artifact', { requestURL: 'https://cdn.example/a,b.js' }, { requestURL: ['url'] }],
          ['Domain Artifact', { destinationDnsDomain: 'login.example' }, { destinationDnsDomain: ['domain'] }],
          ['IP Artifact', { destinationAddress: '192.0.2.1' }, { destinationAddress: ['ip'] }],
          ['Hash Artifact', { fileHash: 'a'.repeat(32) }, { fileHash: ['hash', 'md5'] }],
          ['CVE Artifact', { cve: 'CVE-2026-1000' }, { cve: ['cve'] }],
          ['IP Artifact', { sourceAddress: '198.51.100.7' }, { sourceAddress: ['ip'] }],
          ['IP Artifact', { sourceAddress: '192.0.2.9' }, { sourceAddress: ['ip'] }],
        ],
      );
      const identifiers = body.artifacts.map((artifact) => artifact.source_data_identifier);
      assert.equal(new Set(identifiers).size, identifiers.length);
    },
    {},
    { label: 'phishing', tags: ['mail'] },
  );
});

test('no name of a file or sender keeps an indicator from having its artifact', async () => {
  await withServer(async (server, sink) => {
    const [event] = alertDocument(1).alert.events;
    const document = alertDocument(1, {
      events: [
        {
          ...event,
          SourceUserName: 'https://login.example/reset?user=1',
          file_name: 'login.example,192.0.2.1',
          found_domain: 'login.example',
          found_ip: '192.0.2.1',
        },
      ],
    });
    await sink.send([document], never);
    const { body } = server.containers.get(document.alertId) ?? assert.fail('no container');
    const values = body.artifacts.map(({ cef }) => cef);
    assert.ok(values.some(({ requestURL }) => requestURL === 'https://login.example/reset?user=1'));
    assert.ok(values.some(({ destinationDnsDomain }) => destinationDnsDomain === 'login.example'));
    assert.ok(values.some(({ destinationAddress }) => destinationAddress === '192.0.2.1'));
    assert.equal(values.filter(({ fileName }) => fileName === 'login.example').length, 1);
  });
});

test('nothing is sent where others may have taken the alert over while the mail was read', async () => {
  await withServer(async (server, sink) => {
    const sending = sink.send([alertDocument(1)], never, async () => {
      throw new LurewatchError('LW_TARGET_AMBIGUOUS', 'it stood still');
    });
    await fails(sending, 'LW_TARGET_AMBIGUOUS');
    assert.equal(server.requests.length, 0);
  });
});

for (const failedStatus of [200, 400, 409]) {
  test(`a duplicate told with ${failedStatus} is delivered, under the id of the first container`, async () => {
    await withServer(
      async (server, sink) => {
        await sink.send([alertDocument(1)], never);
        const again = await sink.send([alertDocument(1)], never);
        assert.deepEqual(again, [{ status: 'delivered', reference: '901' }]);
        assert.equal(server.caseCount, 1);
        // The answer itself says so: nothing is left to ask.
        assert.ok(server.requests.every(({ method }) => method === 'POST'));
      },
      { failedStatus },
    );
  });
}

test('a failure that is told with 200 is a rejection, with what it says', async () => {
  await withServer(
    async (server, sink) => {
      const [result] = await sink.send([alertDocument(1)], never);
      assert.ok(result?.status === 'rejected');
      assert.match(result.reason, /label "evnets" does not exist/);
      assert.equal(server.caseCount, 0);
    },
    { failedStatus: 200 },
    { label: 'evnets' },
  );
});

test('a duplicate without the id of the first container is looked up', async () => {
  await withServer(
    async (_server, sink) => {
      await sink.send([alertDocument(1)], never);
      assert.deepEqual(await sink.send([alertDocument(1)], never), [{ status: 'delivered', reference: '901' }]);
    },
    { forgetful: true },
  );
});

test('the look-up believes only a list, and in it only the very identifier', async () => {
  await withServer(async (server, sink) => {
    for (const body of ['{}', '<html>', '', '{"data":[{"id":"x"}]}', '{"data":null}']) {
      server.fault({ kind: 'status', status: 200, body });
      await fails(Promise.resolve(sink.find?.(alertDocument(1), never)), 'LW_TARGET_ANSWER');
    }
    const other = { count: 1, data: [{ id: 7, source_data_identifier: `${alertDocument(1).alertId}-1` }] };
    server.fault({ kind: 'status', status: 200, body: JSON.stringify(other) });
    assert.equal(await sink.find?.(alertDocument(1), never), undefined);
  });
});

test('an alert with more artifacts, or bytes, than configured is trimmed, and the container says so', async () => {
  const changes = { maxArtifacts: 50, maxBytes: 20_000 };
  await withServer(
    async (server, sink) => {
      const [event] = alertDocument(1).alert.events;
      const found_url = Array.from({ length: 300 }, (_, index) => `https://long.example/${'a'.repeat(200)}/${index}`);
      const document = alertDocument(1, { events: [{ ...event, found_url: found_url.join(',') }] });
      const [result] = await sink.send([document], never);
      assert.ok(result?.status === 'delivered');
      assert.match(told(result), /found_url: \d+ of 300 URLs kept \[LW_WARN_CUT\]/);
      const sent = server.requests.find(({ method }) => method === 'POST')?.body ?? '';
      assert.ok(Buffer.byteLength(sent) <= 20_000);
      const { body } = server.containers.get(document.alertId) ?? assert.fail('no container');
      assert.ok(body.artifacts.length > 20 && body.artifacts.length <= 50);
      assert.match(body.description, /of 300 URLs kept/);
    },
    {},
    changes,
  );
});

test('the mail itself stands where Splunk’s own app puts it, if there is room', async () => {
  const tooLarge =
    'the mail itself did not go with the alert: it is larger than the `maxBytes` of the target [LW_WARN_ORIGINAL]';
  await withServer(async (server) => {
    const config = { kind: 'splunk-soar', url: server.url, insecure: true, token: { env: 'TOKEN' }, maxBytes: 20_000 };
    for (const [number, bytes, expected, warning] of [
      [1, Buffer.from('Subject: grün\r\n'), 'Subject: grün\r\n', ''],
      [2, Buffer.from('Subject: gr\xfcn\r\n', 'latin1'), 'Subject: gr\u00fcn\r\n', ''],
      // No PostgreSQL keeps a NUL.
      [5, Buffer.from('a\0b'), 'a\uFFFDb', ''],
      [3, Buffer.alloc(19_000, 'x'), undefined, tooLarge],
      [4, Buffer.alloc(90_000, 'x'), undefined, tooLarge],
    ] as const) {
      const sink = makeTarget(config, { TOKEN: server.token }, '/nowhere', async () => Readable.from([bytes]));
      const evidence = createHash('sha256').update(bytes).digest('hex');
      const document = { ...alertDocument(number), evidence, attachOriginal: true as const };
      const [result] = await sink.send([document], never).finally(() => sink.close());
      assert.ok(result?.status === 'delivered');
      assert.equal(told(result), warning);
      assert.equal(server.containers.get(document.alertId)?.body.data.raw_email, expected);
    }
  });
});

test('check tells a wrong token, and a label or severity that is not there', async () => {
  await withServer(async (server, sink) => {
    assert.ok((await sink.check()).includes('the label `events` exists'));
    for (const [changes, place, advice] of [
      [{ label: 'phising' }, 'targets.cases.label', /no label `phising` over there; did you mean `phishing`\?/],
      [{ severity: { critical: 'criticl' } }, 'targets.cases.severity.critical', /did you mean `critical`\?/],
    ] as const) {
      const other = splunkTarget(server, changes);
      const error = await fails(other.check(), 'LW_TARGET_REFUSES').finally(() => other.close());
      assert.equal(error.where, place);
      assert.match(error.message, advice);
    }
    server.fault({ kind: 'status', status: 401, body: server.token });
    const error = await fails(sink.check(), 'LW_TARGET_AUTH');
    assert.ok(!error.message.includes(server.token));
    assert.equal(server.caseCount, 0);
  });
});

test('check goes on where the labels are not shown', async () => {
  for (const options of [{ status: 403 }, { status: 404 }, { status: 200, body: '{"label":7}' }]) {
    await withServer(
      async (_server, sink) => assert.match((await sink.check()).join('\n'), /labels there are is not/),
      {
        options,
      },
    );
  }
});

test('what the other side calls its labels does nothing to the terminal', async () => {
  await withServer(
    async (_server, sink) => {
      const error = await fails(sink.check(), 'LW_TARGET_REFUSES');
      assert.match(error.message, /Use one of a \[2Jb, /);
    },
    { options: { status: 200, body: JSON.stringify({ label: ['a\u001b[2Jb'], severity: [] }) } },
  );
});

test('without TLS it is spoken to only where the configuration says so', async () => {
  await withServer(async (server) => {
    const making = Promise.resolve().then(() => splunkTarget(server, { insecure: false }));
    assert.equal((await fails(making, 'LW_CONFIG_INVALID')).where, 'targets.cases.url');
  });
});
