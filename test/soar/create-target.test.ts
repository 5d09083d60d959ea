import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { basename, dirname } from 'node:path';
import { after, test } from 'node:test';
import type { Sink } from '../../src/sinks/sink.js';
import { makeCertificate } from '../support/certificates.js';
import { whileListening } from '../support/listening.js';
import { alertDocument } from '../support/soar-documents.js';
import { makeTarget } from '../support/target-setup.js';
import { fails } from './contract.js';

const never = new AbortController().signal;
const certificate = makeCertificate('IP:127.0.0.1');
after(() => certificate.remove());

async function withSecureReceiver(body: (make: (changes: Readonly<Record<string, unknown>>) => Sink) => Promise<void>) {
  const server = createServer(certificate, (request, response) => {
    request.resume();
    response.writeHead(204).end();
  });
  const secrets = { SECRET: `whsec_${Buffer.alloc(32).toString('base64')}` };
  await whileListening(server, async ({ port }) => {
    const sinks: Sink[] = [];
    const config = { kind: 'webhook', url: `https://127.0.0.1:${port}/`, secret: { env: 'SECRET' } };
    try {
      await body((changes) => {
        const sink = makeTarget({ ...config, ...changes }, secrets, dirname(certificate.certFile));
        sinks.push(sink);
        return sink;
      });
    } finally {
      for (const sink of sinks) await sink.close();
    }
  });
}

test('a `ca` is found beside the configuration file, and trusted', async () => {
  await withSecureReceiver(async (make) => {
    const sink = make({ ca: basename(certificate.certFile) });
    assert.equal((await sink.send([alertDocument(1)], never))[0]?.status, 'delivered');
    assert.match((await sink.check())[0] ?? '', /certificate verified/);
  });
});

test('a certificate that does not verify stops for a person', async () => {
  await withSecureReceiver(async (make) => {
    await fails(make({}).send([alertDocument(1)], never), 'LW_TARGET_TLS');
    await fails(make({}).check(), 'LW_TARGET_TLS');
  });
});

test('verify: false is obeyed, and check claims no more than it knows', async () => {
  await withSecureReceiver(async (make) => {
    const sink = make({ verify: false });
    assert.equal((await sink.send([alertDocument(1)], never))[0]?.status, 'delivered');
    assert.doesNotMatch((await sink.check())[0] ?? '', /verified/);
  });
});

test('a target carries the name it has in the configuration', () => {
  assert.equal(makeTarget({ kind: 'file', path: 'x' }).name, 'cases');
});
