import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Secret } from '../../src/config/secret.js';
import { ensureCertificate } from '../../src/dev/certificate.js';
import { isLurewatchError } from '../../src/errors/lurewatch-error.js';
import { mispSchema } from '../../src/misp/config.js';
import { createMispSink } from '../../src/misp/create-sink.js';
import type { Sink } from '../../src/sinks/sink.js';
import { mispDocument } from '../support/misp-documents.js';
import { startMispServer } from '../support/misp-server.js';
import { failsWith, mispSinkFor, sendOne } from '../support/misp-sink.js';

function create(config: Readonly<Record<string, unknown>>, key = 'k'.repeat(40), baseFolder = '/'): Sink {
  return createMispSink(mispSchema.parse({ key: { env: 'MISP_KEY' }, ...config }), () => new Secret(key), baseFolder);
}

function isConfigError(place: string): (error: unknown) => boolean {
  return (error) => isLurewatchError(error, 'LW_CONFIG_INVALID') && error.where === place;
}

test('http:// is refused unless the configuration says insecure', async () => {
  assert.throws(() => create({ url: 'http://misp.example' }), isConfigError('misp.url'));
  const sink = create({ url: 'http://misp.example', insecure: true });
  assert.equal(sink.name, 'misp');
  await sink.close();
});

test('an address with a password in it is refused', () => {
  assert.throws(() => create({ url: 'https://user:secret@misp.example' }), isConfigError('misp.url'));
});

test('distribution 4 without a sharing group is refused', () => {
  assert.throws(() => create({ url: 'https://misp.example', distribution: 4 }), isConfigError('misp.sharingGroup'));
});

test('a key that no header can carry is refused, and not shown', () => {
  for (const key of ['', ' \n', 'two words', 'bad\u0000key']) {
    assert.throws(
      () => create({ url: 'https://misp.example' }, key),
      (error) => isConfigError('misp.key')(error) && (key.trim() === '' || !String(error).includes(key)),
    );
  }
});

test('the line break at the end of a key file is no part of the key', async (context) => {
  const server = await startMispServer();
  context.after(() => server.close());
  const sink = create({ url: server.url, insecure: true }, `${server.key}\n`);
  context.after(() => sink.close());
  assert.equal((await sendOne(sink, mispDocument())).status, 'delivered');
});

test('kind feed makes a feed below the folder of the configuration file', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'lurewatch-misp-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const sink = createMispSink(mispSchema.parse({ kind: 'feed', path: './feed' }), () => assert.fail('no key'), folder);
  const result = await sendOne(sink, mispDocument());
  assert.ok(result.status === 'delivered');
  assert.equal(result.reference, join(folder, 'feed', `${mispDocument().mispEvent?.uuid}.json`));
});

test('a certificate of an unknown authority is LW_MISP_TLS; `ca`, or `verify: false`, makes it pass', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'lurewatch-misp-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const made = await ensureCertificate(folder);
  const tls = { key: await readFile(made.keyFile, 'utf8'), cert: await readFile(made.certFile, 'utf8') };
  const server = await startMispServer({ tls });
  context.after(() => server.close());

  await failsWith(sendOne(mispSinkFor(context, server), mispDocument()), 'LW_MISP_TLS');
  assert.equal(server.requests.length, 0);
  for (const config of [{ ca: made.caFile }, { verify: false }]) {
    assert.equal((await sendOne(mispSinkFor(context, server, config), mispDocument())).status, 'delivered');
  }
});
