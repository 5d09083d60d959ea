import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { loadConfig, resolveAllSecrets } from '../../src/config/load-config.js';
import { exampleConfig } from '../../src/config/reference.js';
import { isLurewatchError, type LurewatchError } from '../../src/errors/lurewatch-error.js';

let folder: string;
let file: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lurewatch-config-'));
  file = join(folder, 'lurewatch.yaml');
});
after(() => rm(folder, { recursive: true, force: true }));

async function load(text: string, environment: Record<string, string> = {}) {
  await writeFile(file, text);
  return loadConfig(file, environment);
}

async function mistakesIn(text: string): Promise<LurewatchError> {
  try {
    await load(text);
  } catch (error) {
    assert.ok(isLurewatchError(error, 'LW_CONFIG_INVALID'), String(error));
    return error;
  }
  return assert.fail('the configuration was taken');
}

/** The lines of the message that name a place, without the file. */
function placesOf(error: LurewatchError): readonly string[] {
  return error.message
    .split('\n')
    .filter((line) => line.startsWith(`  ${file}:`))
    .map((line) => line.slice(`  ${file}:`.length).replace(/\. $/, ''));
}

describe('loading lurewatch.yaml', () => {
  it('takes the example of the reference, with defaults filled in', async () => {
    const { config, baseFolder, resolve } = await load(exampleConfig);
    assert.equal(config.mailboxes.soc?.kind, 'imap');
    assert.equal(config.mailboxes.soc?.every, 60_000);
    assert.equal(config.misp?.kind, 'server');
    assert.equal(baseFolder, folder);
    assert.equal(resolve('./var'), join(folder, 'var'));
  });

  it('reads the file that LUREWATCH_CONFIG names when no path is given', async () => {
    await writeFile(file, 'taskQueue: elsewhere\n');
    const { config, path } = await loadConfig(undefined, { LUREWATCH_CONFIG: file });
    assert.equal(config.taskQueue, 'elsewhere');
    assert.equal(path, file);
  });

  it('says which file it did not find', async () => {
    const missing = join(folder, 'nowhere.yaml');
    await assert.rejects(loadConfig(missing, {}), (error) => {
      assert.ok(isLurewatchError(error, 'LW_CONFIG_NOT_FOUND'));
      return error.message.includes(missing);
    });
  });

  it('takes an empty file as a configuration without mailboxes', async () => {
    assert.deepEqual((await load('# nothing yet\n')).config.mailboxes, {});
  });

  it('lists every mistake at once, each with line, column, path, reason and the nearest right name', async () => {
    const error = await mistakesIn(`mailboxes:
  soc:
    hots: imap.example.com
    port: high
    username: soc
    password: { env: A }
    every: 1
    targets: [casse]
  Reports: { kind: directory, path: ./mail, targets: [cases] }
targets:
  cases: { kind: fil, pth: ./cases }
misp: { kind: feed, path: ./feed, tlp: ambr }
taskQeue: x
`);
    assert.deepEqual(placesOf(error), [
      '2:3 mailboxes.soc.host: is missing: must be text',
      '3:5 mailboxes.soc.hots: unknown key; did you mean `host`?',
      '4:11 mailboxes.soc.port: must be a number, but is text',
      '7:12 mailboxes.soc.every: must be a number with a unit: ms, s, m, h or d (like 30s or 1m)',
      '8:15 mailboxes.soc.targets[0]: no target `casse` stands under `targets`; did you mean `cases`?',
      '9:3 mailboxes.Reports: the name must be lower-case letters, digits, - and _, at most 63 characters',
      '11:3 targets.cases.path: is missing: must be text',
      '11:18 targets.cases.kind: `fil` is unknown: must be one of file, webhook, secops, thehive, xsoar, splunk-soar, http; did you mean `file`?',
      '11:23 targets.cases.pth: unknown key; did you mean `path`?',
      '12:40 misp.tlp: `ambr` is unknown: must be one of red, amber, amber+strict, green, clear; did you mean `amber`?',
      '13:1 taskQeue: unknown key; did you mean `taskQueue`?',
    ]);
  });

  it('knows an abbreviated key', async () => {
    const error = await mistakesIn('mailboxes: { soc: { host: x, user: u, password: { env: A }, targets: [] } }\n');
    assert.match(error.message, /mailboxes\.soc\.user: unknown key; did you mean `username`\?/);
  });

  it('refuses a mailbox that would mark mail as read and deliver it nowhere', async () => {
    const error = await mistakesIn('mailboxes: { soc: { kind: directory, path: ./mail } }\n');
    assert.match(placesOf(error)[0] ?? '', /^1:14 mailboxes\.soc: delivers nowhere/);
  });

  it('refuses to ask lists of a MISP that there is none of', async () => {
    const misp = 'misp: { kind: feed, path: ./feed }\n';
    for (const text of ['exclude: { misp: true }\n', `${misp}exclude: { misp: true }\n`]) {
      const error = await mistakesIn(text);
      assert.match(placesOf(error).join('\n'), /exclude\.misp: .*needs `misp` of kind `server`/);
    }
  });

  it('refuses unencrypted addresses that do not say so in as many words', async () => {
    const error = await mistakesIn('misp: { url: "http://misp.test", key: { env: K } }\n');
    assert.match(placesOf(error)[0] ?? '', /^1:14 misp\.url: http:\/\/ is not encrypted/);
    const { config } = await load('misp: { url: "http://misp.test", key: { env: K }, insecure: true }\n');
    assert.equal(config.misp?.kind, 'server');
  });

  it('refuses a polling interval that Temporal would round', async () => {
    const error = await mistakesIn(
      'mailboxes: { m: { kind: directory, path: ./m, every: 1500ms } }\nmisp: { kind: feed, path: ./f }\n',
    );
    assert.match(placesOf(error)[0] ?? '', /mailboxes\.m\.every: must be whole seconds, at least 1s/);
  });

  it('reports a key that stands twice together with the other mistakes', async () => {
    const error = await mistakesIn('taskQueue: a\ntaskQueue: b\nstore: 5\n');
    assert.deepEqual(placesOf(error), [
      '2:1 this key stands twice in the same map',
      '3:8 store: must be a map of keys, but is a number (put it in quotes if it is meant as text)',
    ]);
  });

  for (const [what, text, place] of [
    ['a tab', 'mailboxes:\n\tsoc: 1\n', '2:1 indented with a tab: use spaces'],
    ['an open quote', 'taskQueue: "open\n', '2:1 a character is missing (a colon, comma, quote or bracket)'],
    ['a list at the top', '- a\n', '1:1 must be a map of keys, but is a list'],
  ] as const) {
    it(`names the place of ${what}`, async () => {
      assert.deepEqual(placesOf(await mistakesIn(text)), [place]);
    });
  }

  it('never repeats what stands where a secret belongs', async () => {
    const secret = 'hunter2-swordfish';
    for (const text of [
      `mailboxes: { soc: { host: x, username: u, password: ${secret} } }\n`,
      `mailboxes: { soc: { host: x, username: u, password: [${secret}] } }\n`,
      `mailboxes: { soc: { host: x, username: u, pasword: ${secret} } }\n`,
      `targets: { t: { kind: webhook, url: "https://x.test", secret: "${secret}\n`,
      `misp: { url: "https://x.test", key: ${secret}: ${secret}: x }\n`,
      `misp: { url: "https://x.test", key: *${secret} }\n`,
    ]) {
      const error = await mistakesIn(text);
      assert.ok(!inspect(error, { depth: 10 }).includes(secret), error.message);
    }
  });
});

describe('secrets of the configuration', () => {
  const text = `mailboxes:
  soc: { host: x, username: u, password: { env: SOC_PASSWORD } }
misp: { url: "https://misp.test", key: { file: ./misp-key } }
`;

  it('come from the environment, or from a file beside the configuration without its last line break', async () => {
    await writeFile(join(folder, 'misp-key'), ' k e y \n\n');
    const loaded = await load(text, { SOC_PASSWORD: 'p' });
    resolveAllSecrets(loaded);
    assert.equal(loaded.secret({ env: 'SOC_PASSWORD' }, 'x').reveal(), 'p');
    assert.equal(loaded.secret({ file: './misp-key' }, 'x').reveal(), ' k e y \n');
  });

  it('that are not set are all named at once, with their places', async () => {
    await rm(join(folder, 'misp-key'), { force: true });
    const loaded = await load(text, { SOC_PASSWORD: '' });
    assert.throws(
      () => resolveAllSecrets(loaded),
      (error) => {
        assert.ok(isLurewatchError(error, 'LW_SECRET_UNSET'));
        assert.match(error.message, /mailboxes\.soc\.password: the environment variable SOC_PASSWORD is not set/);
        assert.match(error.message, /misp\.key: the file .*misp-key cannot be read \(ENOENT\)/);
        return true;
      },
    );
  });

  it('that is not set is named with its place', async () => {
    const loaded = await load(text, {});
    assert.throws(
      () => loaded.secret({ env: 'SOC_PASSWORD' }, 'mailboxes.soc.password'),
      /^LurewatchError: mailboxes\.soc\.password: the environment variable SOC_PASSWORD is not set\./,
    );
  });

  it('do not print', async () => {
    const value = (await load(text, { SOC_PASSWORD: 'p4ss' })).secret({ env: 'SOC_PASSWORD' }, 'x');
    assert.ok(!`${value} ${JSON.stringify({ value })} ${inspect(value)}`.includes('p4ss'));
  });
});
