import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { AlertDocument } from '../../src/alerts/types.js';
import { LurewatchError } from '../../src/errors/lurewatch-error.js';
import type { OpenOriginal } from '../../src/soar/original.js';
import { inFolder } from '../support/folder.js';
import { HttpCaseServer } from '../support/http-case-server.js';
import { lookup } from '../support/http-target.js';
import { alertDocument } from '../support/soar-documents.js';
import { SplunkSoarServer } from '../support/splunk-soar-server.js';
import { makeTarget } from '../support/target-setup.js';
import { ThehiveServer } from '../support/thehive-server.js';
import { WebhookServer } from '../support/webhook-server.js';
import { XsoarServer } from '../support/xsoar-server.js';
import { fails } from './contract.js';
import { attached, away, holding, mail, mailContract } from './mail-contract.js';

const never = new AbortController().signal;
const cutOff: OpenOriginal = async () =>
  Readable.from(
    (async function* () {
      yield mail;
      throw new Error('cut off');
    })(),
  );

/** A bucket tells at the last byte what a folder never tells. */
const damagedAtItsEnd: OpenOriginal = async () =>
  Readable.from(
    (async function* () {
      yield mail;
      throw new LurewatchError('LW_STORE_CORRUPT', 'its bytes do not have the SHA-256 that it is named by');
    })(),
  );
const changed: OpenOriginal = async () => Readable.from([Buffer.concat([mail, Buffer.from('!')])]);
const warned = 'the mail itself did not go with the alert: it is damaged in the store';

describe('the mail itself, at a `file` target', () => {
  it('lies beside its case, which names it, to the byte', () =>
    inFolder(async (folder) => {
      const sink = makeTarget({ kind: 'file', path: folder }, {}, folder, holding);
      const [first] = await sink.send([attached, alertDocument(2)], never);
      const path = join(folder, `${attached.alertId}.json`);
      assert.deepEqual(first, { status: 'delivered', reference: path });
      assert.deepEqual(await readFile(join(folder, `${attached.alertId}.eml`)), mail);
      assert.equal(JSON.parse(await readFile(path, 'utf8')).original, `${attached.alertId}.eml`);
      const other = JSON.parse(await readFile(join(folder, `${alertDocument(2).alertId}.json`), 'utf8'));
      assert.deepEqual(Object.keys(other), ['alert', 'evidence', 'findings']);
      assert.equal((await readdir(folder)).length, 3);
    }));

  it('is written once, also where an earlier attempt died behind it', () =>
    inFolder(async (folder) => {
      const eml = join(folder, `${attached.alertId}.eml`);
      await writeFile(eml, mail);
      const sink = makeTarget({ kind: 'file', path: folder }, {}, folder, holding);
      await sink.send([attached], never);
      await writeFile(eml, 'an analyst wrote here');
      await sink.send([attached], never);
      assert.equal(await readFile(eml, 'utf8'), 'an analyst wrote here');
      assert.equal((await readdir(folder)).length, 2);
    }));

  it('is waited for while the store is away: no case appears without it', () =>
    inFolder(async (folder) => {
      for (const open of [away, cutOff]) {
        const sink = makeTarget({ kind: 'file', path: folder }, {}, folder, open);
        await fails(sink.send([attached], never), 'LW_TARGET_UNAVAILABLE');
        assert.deepEqual(await readdir(folder), []);
      }
    }));

  it('is done without where it is damaged, and nothing of it stays', async () => {
    for (const open of [damagedAtItsEnd, changed]) {
      await inFolder(async (folder) => {
        const sink = makeTarget({ kind: 'file', path: folder }, {}, folder, open);
        const [result] = await sink.send([attached], never);
        assert.equal(result?.status === 'delivered' && result.warnings?.[0]?.reason, warned);
        assert.deepEqual(await readdir(folder), [`${attached.alertId}.json`]);
        const text = await readFile(join(folder, `${attached.alertId}.json`), 'utf8');
        assert.equal('original' in JSON.parse(text), false);
      });
    }
  });

  it('is closed where the case cannot be written: an attempt leaves no connection to the store open', () =>
    inFolder(async (folder) => {
      const opened: Readable[] = [];
      const counting: OpenOriginal = async () => {
        const stream = Readable.from([mail]);
        opened.push(stream);
        // Gone between the look at the case and the writing of the mail.
        await rm(folder, { recursive: true });
        return stream;
      };
      const sink = makeTarget({ kind: 'file', path: folder }, {}, folder, counting);
      await fails(sink.send([attached], never), 'LW_TARGET_UNAVAILABLE');
      assert.deepEqual(
        opened.map(({ destroyed }) => destroyed),
        [true],
      );
      await mkdir(folder);
    }));

  it('is done without where the store has it no more, and a warning says so', () =>
    inFolder(async (folder) => {
      const sink = makeTarget({ kind: 'file', path: folder }, {}, folder, async () => undefined);
      const [result] = await sink.send([attached], never);
      assert.equal(result?.status === 'delivered' && result.warnings?.[0]?.code, 'LW_WARN_ORIGINAL');
      assert.deepEqual(await readdir(folder), [`${attached.alertId}.json`]);
    }));
});

describe('the mail itself, at a `webhook` target', () => {
  async function withServer(
    open: OpenOriginal,
    work: (
      server: WebhookServer,
      send: (document: AlertDocument) => ReturnType<ReturnType<typeof makeTarget>['send']>,
    ) => Promise<void>,
  ) {
    const server = await WebhookServer.start();
    const config = { kind: 'webhook', url: server.url, insecure: true, secret: { env: 'S' } };
    const sink = makeTarget(config, { S: server.secret }, '/nowhere', open);
    try {
      await work(server, (document) => sink.send([document], never));
    } finally {
      await sink.close();
      await server.close();
    }
  }

  it('stands in the body in Base64, the same at every attempt', () =>
    withServer(holding, async (server, send) => {
      await send(attached);
      await send(attached);
      const [first, second] = server.requests.map(({ body }) => body);
      assert.equal(JSON.parse(String(first)).data.original, mail.toString('base64'));
      assert.deepEqual(first, second);
      await send(alertDocument(2));
      assert.equal('original' in (server.cases.get(alertDocument(2).alertId)?.alert ?? {}), false);
    }));

  it('is done without where it is too large, and a warning says so', () =>
    withServer(
      async () => Readable.from(Array.from({ length: 6 }, () => Buffer.alloc(1024 * 1024))),
      async (server, send) => {
        const [result] = await send(attached);
        assert.equal(result?.status === 'delivered' && result.warnings?.[0]?.code, 'LW_WARN_ORIGINAL');
        assert.equal('original' in (server.cases.get(attached.alertId)?.alert ?? {}), false);
      },
    ));

  it('is done without where it is damaged, and a warning says so', async () => {
    for (const open of [damagedAtItsEnd, changed]) {
      await withServer(open, async (server, send) => {
        const [result] = await send(attached);
        assert.equal(result?.status === 'delivered' && result.warnings?.[0]?.reason, warned);
        assert.equal('original' in (server.cases.get(attached.alertId)?.alert ?? {}), false);
      });
    }
  });
});

it('a mail that took too long to come is not sent late, when others may have claimed its alert', async () => {
  const servers = [await SplunkSoarServer.start(), await ThehiveServer.start(), await XsoarServer.start()] as const;
  const [splunk, hive, xsoar] = servers;
  // A request has 100 ms, and as much for connecting.
  const common = { insecure: true, timeout: '100ms' };
  const slow: OpenOriginal = async (sha256) => {
    await pause(300);
    return holding(sha256);
  };
  const configs = [
    { kind: 'splunk-soar', url: splunk.url, token: { env: 'KEY' } },
    { kind: 'thehive', url: hive.url, key: { env: 'KEY' } },
    { kind: 'xsoar', url: xsoar.url, key: { env: 'KEY' }, keyId: xsoar.keyId },
  ];
  const keys = [splunk.token, hive.key, xsoar.key];
  const sinks = configs.map((config, index) =>
    makeTarget({ ...config, ...common }, { KEY: keys[index] ?? '' }, '/nowhere', slow),
  );
  try {
    for (const sink of sinks) await fails(sink.send([attached], never), 'LW_TARGET_UNAVAILABLE');
    assert.deepEqual(
      servers.map(({ caseCount }) => caseCount),
      [0, 0, 0],
    );
  } finally {
    await Promise.all([...sinks, ...servers].map((one) => one.close()));
  }
});

mailContract('webhook', async (originals) => {
  const server = await WebhookServer.start();
  const config = { kind: 'webhook', url: server.url, insecure: true, secret: { env: 'S' } };
  const alert = () => server.cases.get(attached.alertId)?.alert ?? {};
  return {
    sink: makeTarget(config, { S: server.secret }, '/nowhere', originals),
    server,
    createPath: '/',
    caseCount: () => server.caseCount,
    mails: () => ('original' in alert() ? [Buffer.from(String(alert().original), 'base64')] : []),
    said: () => JSON.stringify(alert()),
  };
});

mailContract('splunk-soar', async (originals) => {
  const server = await SplunkSoarServer.start();
  const config = { kind: 'splunk-soar', url: server.url, insecure: true, token: { env: 'TOKEN' } };
  const container = () => server.containers.get(attached.alertId)?.body;
  return {
    sink: makeTarget(config, { TOKEN: server.token }, '/nowhere', originals),
    server,
    createPath: '/rest/container',
    caseCount: () => server.caseCount,
    mails() {
      const raw = container()?.data.raw_email;
      // No PostgreSQL keeps a NUL.
      return raw === undefined ? [] : [Buffer.from(String(raw).replaceAll('\uFFFD', '\0'), 'latin1')];
    },
    said: () => container()?.description ?? '',
  };
});

mailContract('http', async (originals) => {
  const server = await HttpCaseServer.start();
  const body = { correlation: '{alert_id}', eml: '{original}', cut: '{lurewatch_cut}' };
  const headers = { Authorization: { before: 'Bearer ', secret: { env: 'TOKEN' } } };
  const config = { kind: 'http', url: `${server.url}/api/cases`, insecure: true, headers, body, lookup };
  const bodies = () => server.cases.map(({ request }) => JSON.parse(request.body));
  return {
    sink: makeTarget({ ...config, id: 'result.number' }, { TOKEN: server.token }, '/nowhere', originals),
    server,
    createPath: /cases$/,
    caseCount: () => server.caseCount,
    mails: () => bodies().flatMap(({ eml }) => (eml === null ? [] : [Buffer.from(eml, 'base64')])),
    said: () => JSON.stringify(bodies()),
  };
});

for (const version of [5, 4] as const) {
  mailContract(`thehive ${version}`, async (originals) => {
    const server = await ThehiveServer.start({ version });
    const config = { kind: 'thehive', url: server.url, insecure: true, key: { env: 'KEY' }, version };
    return {
      sink: makeTarget(config, { KEY: server.key }, '/nowhere', originals),
      server,
      createPath: /\/alert$/,
      caseCount: () => server.caseCount,
      mails: () => server.alerts.flatMap(({ files }) => [...files.values()]),
      said: () => String(server.alerts[0]?.body.description),
    };
  });
}

for (const version of [8, 6] as const) {
  mailContract(`xsoar ${version}`, async (originals) => {
    const server = await XsoarServer.start({ version });
    const keyId = version === 8 ? { keyId: server.keyId } : {};
    const config = { kind: 'xsoar', url: server.url, insecure: true, key: { env: 'KEY' }, ...keyId };
    const files = () => server.incidents.flatMap((incident) => incident.files);
    return {
      sink: makeTarget(config, { KEY: server.key }, '/nowhere', originals),
      server,
      createPath: /\/incident$/,
      uploadPath: /\/incident\/upload\//,
      caseCount: () => server.caseCount,
      mails: () => files().flatMap(({ name, content }) => (name.endsWith('.eml') ? [content] : [])),
      said: () =>
        files()
          .map(({ content }) => content.toString())
          .join(),
    };
  });
}
