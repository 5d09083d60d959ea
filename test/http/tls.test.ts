import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { LurewatchError } from '../../src/errors/lurewatch-error.js';
import { HttpClient, type HttpOptions, httpDefaults } from '../../src/http/client.js';
import { HttpFailure } from '../../src/http/failure.js';
import { makeCertificate, type TestCertificate } from '../support/certificates.js';
import { whileListening } from '../support/listening.js';

const right = makeCertificate('IP:127.0.0.1');
const otherName = makeCertificate('DNS:soar.example');
const otherAuthority = makeCertificate('IP:127.0.0.1');
const folder = mkdtempSync(join(tmpdir(), 'lurewatch-tls-'));
after(() => {
  for (const { remove } of [right, otherName, otherAuthority]) remove();
  rmSync(folder, { recursive: true });
});

function secureServer({ key, cert }: TestCertificate): Server {
  return createServer({ key, cert }, (_request, response) => void response.end('secret'));
}

async function ask(port: number, changes: Partial<HttpOptions>): Promise<string> {
  const baseUrl = `https://127.0.0.1:${port}`;
  const client = new HttpClient({ ...httpDefaults, baseUrl, totalTimeoutMs: 5000, ...changes });
  try {
    return (await client.request({ method: 'POST', path: '/', body: '{}' })).body;
  } finally {
    await client.close();
  }
}

async function untrusted(work: Promise<unknown>): Promise<void> {
  const error = await work.then(
    () => assert.fail('the certificate was accepted'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof HttpFailure, String(error));
  assert.equal(error.sent, 'no', error.message);
  assert.equal(error.tls, true, error.message);
  assert.equal(error.toLurewatch('LW_TARGET', 'targets.cases').code, 'LW_TARGET_TLS');
}

test('a certificate of the given authority verifies', async () => {
  await whileListening(secureServer(right), async ({ port }) => {
    assert.equal(await ask(port, { ca: right.certFile }), 'secret');
  });
});

test('a certificate that no known authority signed is refused before anything is sent', async () => {
  await whileListening(secureServer(right), async ({ port }) => {
    await untrusted(ask(port, {}));
    await untrusted(ask(port, { ca: otherAuthority.certFile }));
  });
});

test('a certificate for another name is refused before anything is sent', async () => {
  await whileListening(secureServer(otherName), async ({ port }) => {
    await untrusted(ask(port, { ca: otherName.certFile }));
  });
});

test('verify: false takes any certificate', async () => {
  await whileListening(secureServer(otherName), async ({ port }) => {
    assert.equal(await ask(port, { verify: false }), 'secret');
  });
});

test('a server that speaks no TLS is told as such', async () => {
  await whileListening(createHttpServer(), async ({ port }) => {
    await untrusted(ask(port, {}));
  });
});

test('a server that never finishes the handshake was never sent the request', async () => {
  await whileListening(createTcpServer(), async ({ port }) => {
    const error = await ask(port, { connectTimeoutMs: 100 }).catch((reason: unknown) => reason);
    assert.ok(error instanceof HttpFailure);
    assert.equal(error.sent, 'no');
    assert.match(error.message, /CONNECT_TIMEOUT/);
  });
});

test('a CA file that is missing, holds no certificate or a broken one is a mistake of the configuration', () => {
  const empty = join(folder, 'empty.pem');
  writeFileSync(empty, 'no certificate here');
  const broken = join(folder, 'broken.pem');
  writeFileSync(broken, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  for (const ca of [join(folder, 'missing.pem'), empty, broken]) {
    assert.throws(
      () => new HttpClient({ ...httpDefaults, baseUrl: 'https://soar.example', ca }),
      (error) => error instanceof LurewatchError && error.code === 'LW_CONFIG_INVALID' && error.message.includes(ca),
    );
  }
});
