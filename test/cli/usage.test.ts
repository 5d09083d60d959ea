import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { freePort } from '../../src/dev/free-port.js';
import { runCli } from '../support/cli.js';
import { inFolder } from '../support/folder.js';

const working = `
mailboxes:
  soc: { kind: directory, path: ./mail, targets: [cases] }
targets:
  cases: { kind: file, path: ./cases }
`;
const withSecret = `
mailboxes:
  soc: { host: 127.0.0.1, username: soc, password: { env: SOC_PASSWORD }, targets: [cases] }
targets:
  cases: { kind: file, path: ./cases }
`;

const withFeed = `
misp: { kind: feed, path: ./feed }
feeds:
  leaks:
    source: ./leaks.csv
    format: { kind: csv, header: [name, url] }
    event: { info: "{name}", date: today }
    attributes: [{ type: url, value: "{url}" }]
`;

async function withConfig(text: string, work: (folder: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    await writeFile(join(folder, 'lurewatch.yaml'), text);
    await work(folder);
  });
}

/** One message for people, and nothing of the program's inside. */
function assertOneMessage(stderr: string): void {
  assert.match(stderr, /^error: /);
  assert.doesNotMatch(stderr, /\n\s+at |node:internal|\.js:\d/);
}

describe('a command that is used wrongly ends with status 2 and says how it is used', () => {
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['an unknown command', ['ingset'], /unknown command 'ingset'.*Did you mean ingest\?/],
    ['an unknown command of a group', ['held', 'lits'], /unknown command 'lits'.*Did you mean list\?/],
    ['an unknown option', ['ingest', 'soc', '--dryrun'], /unknown option '--dryrun'.*Did you mean --dry-run\?/],
    ['an unknown option of an import', ['import', 'leaks', '--dryrun'], /unknown option '--dryrun'.*--dry-run\?/],
    ['a missing feed', ['import'], /missing required argument 'feed'.*lurewatch import --help/],
    ['a missing argument', ['ingest'], /missing required argument 'mailbox'.*lurewatch ingest --help/],
    ['an argument too many', ['find', 'a', 'b'], /too many arguments/],
    ['an option without its value', ['ingest', 'soc', '--limit'], /argument missing/],
    ['a limit that is no number', ['ingest', 'soc', '--limit', '1e3'], /must be a whole number above 0/],
    ['a decision without its reason', ['held', 'discard', '--all'], /--why <text>/],
    [
      'a decision on nothing',
      ['held', 'retry', '--why', 'mended'],
      /name the alerts, or say --all, or which by --mailbox/,
    ],
    ['named alerts and a filter', ['held', 'retry', 'x', '--from', 'y', '--why', 'z'], /beside named alerts/],
    ['an age without its unit', ['held', 'list', '--older-than', '2'], /must be a number with a unit/],
    ['a watch without its seconds', ['status', '--watch', 'often'], /must be whole seconds/],
    ['an empty reason', ['held', 'retry', '--all', '--why', ' '], /--why must say something/],
    ['an unknown log level', ['worker', '--log-level', 'loud'], /Allowed choices are trace, debug/],
  ];
  for (const [what, args, words] of cases) {
    it(what, async () => {
      const { status, stdout, stderr } = await runCli(args);
      assert.equal(status, 2);
      assert.equal(stdout, '');
      assert.match(stderr, words);
      assertOneMessage(stderr);
    });
  }

  it('a command that is missing shows the help', async () => {
    for (const args of [[], ['held'], ['schedules']]) {
      const { status, stdout, stderr } = await runCli(args);
      assert.equal(status, 2);
      assert.equal(stdout, '');
      assert.match(stderr, /^Usage: lurewatch/);
    }
  });

  it('with --json the error is also a document on standard output', async () => {
    const { status, stdout } = await runCli(['ingest', '--json']);
    assert.equal(status, 2);
    assert.equal(JSON.parse(stdout).error.code, 'LW_USAGE');
  });
});

describe('help', () => {
  const commands = [
    ['dev'],
    ['check'],
    ['ingest'],
    ['import'],
    ['status'],
    ['find'],
    ['extract'],
    ['worker'],
    ['codec-server'],
    ['login'],
    ...['list', 'retry', 'discard'].map((name) => ['held', name]),
    ...['apply', 'list', 'pause', 'resume', 'trigger', 'backfill', 'delete'].map((name) => ['schedules', name]),
  ];
  for (const command of commands) {
    it(`of ${command.join(' ')} names the common options and gives an example`, async () => {
      const { status, stdout, stderr } = await runCli([...command, '--help']);
      assert.equal(status, 0);
      assert.equal(stderr, '');
      assert.match(stdout, /--config <file>/);
      assert.match(stdout, /--json/);
      assert.match(stdout, new RegExp(`Example:\\n  \\$ lurewatch ${command.join(' ')}`));
    });
  }

  it('--version prints the version of the package', async () => {
    const { version } = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8'));
    assert.deepEqual(await runCli(['--version']), { status: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('a wrong configuration ends with status 2', () => {
  it('a file that is not there', async () => {
    await inFolder(async (folder) => {
      const { status, stderr } = await runCli(['check'], { folder });
      assert.equal(status, 2);
      assert.match(stderr, /lurewatch\.yaml: the configuration file cannot be read.*--config/);
      assertOneMessage(stderr);
    });
  });

  it('a key that is wrongly written, with its place and the nearest right name', async () => {
    await withConfig(working.replace('targets: [cases]', 'tragets: [cases]'), async (folder) => {
      const { status, stderr } = await runCli(['schedules', 'apply'], { folder });
      assert.equal(status, 2);
      assert.match(stderr, /lurewatch\.yaml:3:\d+ mailboxes\.soc.*targets/);
    });
  });

  it('a wrong mapping of a feed, before anything is started', async () => {
    await withConfig(withFeed.replace('{url}', '{ulr}'), async (folder) => {
      for (const args of [['check'], ['worker'], ['import', 'leaks'], ['schedules', 'apply']]) {
        const { status, stderr } = await runCli(args, { folder });
        assert.equal(status, 2);
        assert.match(
          stderr,
          /yaml:8:38 feeds\.leaks\.attributes\[0\]\.value: the feed has no column `ulr`; did you mean `url`\?/,
        );
        assertOneMessage(stderr);
      }
    });
  });

  it('a route, a template of a target or one of its options that is wrong, before anything is started', async () => {
    const soc = 'soc: { kind: directory, path: ./mail, targets: [cases]';
    const http = '{ kind: http, url: "https://a.example", body: { id: "{alert_di}" } }';
    const mistakes = [
      [`mailboxes: { ${soc}, routes: [{ when: { subjet: x }, targets: [cases] }] } }`, /routes\[0\].*subjet.*subject/],
      [`mailboxes: { ${soc} } }\ntargets: { cases: ${http} }`, /targets\.cases.*alert_di/],
      [`mailboxes: { ${soc} } }\ntargets: { cases: { kind: file, paht: ./cases } }`, /targets\.cases.*paht/],
    ] as const;
    for (const [text, words] of mistakes) {
      const file = 'targets: { cases: { kind: file, path: ./cases } }';
      await withConfig(
        text.includes('targets:  ') || text.includes('\ntargets') ? text : `${text}\n${file}`,
        async (folder) => {
          for (const command of [text === mistakes[0][0] ? 'worker' : 'check']) {
            const { status, stderr } = await runCli([command], { folder });
            assert.equal(status, 2, stderr);
            assert.match(stderr, words);
            assertOneMessage(stderr);
          }
        },
      );
    }
  });

  it('a secret that is not set, before anything is started', async () => {
    await withConfig(withSecret, async (folder) => {
      for (const command of ['worker', 'dev']) {
        const { status, stderr } = await runCli([command], { folder });
        assert.equal(status, 2);
        assert.match(stderr, /mailboxes\.soc\.password.*SOC_PASSWORD is not set/);
        assertOneMessage(stderr);
      }
    });
  });

  it('LUREWATCH_CONFIG names the file where --config does not', async () => {
    await inFolder(async (folder) => {
      const environment = { LUREWATCH_CONFIG: join(folder, 'other.yaml') };
      assert.match((await runCli(['check'], { folder, environment })).stderr, /other\.yaml/);
      const args = ['check', '--config', join(folder, 'named.yaml')];
      assert.match((await runCli(args, { folder, environment })).stderr, /named\.yaml/);
    });
  });
});

describe('what fails outside ends with status 1', () => {
  it('an unknown mailbox, with the nearest right name', async () => {
    await withConfig(working, async (folder) => {
      const { status, stderr } = await runCli(['ingest', 'socs'], { folder });
      assert.equal(status, 1);
      assert.match(stderr, /there is no mailbox "socs" \(there is: soc\).*Did you mean "soc"\?.*LW_UNKNOWN_MAILBOX/);
      assertOneMessage(stderr);
    });
  });

  it('an unknown feed, with the nearest right name', async () => {
    await withConfig(withFeed, async (folder) => {
      const { status, stdout, stderr } = await runCli(['import', 'leak', '--json'], { folder });
      assert.equal(status, 1);
      assert.match(stderr, /there is no feed "leak" \(there is: leaks\).*Did you mean "leaks"\?.*LW_UNKNOWN_FEED/);
      assert.equal(JSON.parse(stdout).error.code, 'LW_UNKNOWN_FEED');
      assertOneMessage(stderr);
    });
  });

  it('a Temporal server that is not there, at once and with its address', async () => {
    await withConfig(`${working}${withFeed}`, async (folder) => {
      const address = `127.0.0.1:${await freePort()}`;
      const environment = { TEMPORAL_ADDRESS: address };
      const commands = [['worker'], ['ingest', 'soc'], ['import', 'leaks'], ['schedules', 'list'], ['held', 'list']];
      for (const args of commands) {
        const { status, stdout, stderr } = await runCli([...args, '--json'], { folder, environment });
        assert.equal(status, 1, args.join(' '));
        assert.ok(stderr.includes(`error: ${address}: the Temporal server cannot be reached (ECONNREFUSED)`), stderr);
        assert.equal(JSON.parse(stdout).error.code, 'LW_TEMPORAL_UNREACHABLE');
      }
    });
  });

  it('LUREWATCH_DEBUG adds where in the program it happened', async () => {
    const environment = { LUREWATCH_DEBUG: '1' };
    await withConfig(working, async (folder) => {
      const { stderr } = await runCli(['ingest', 'other'], { folder, environment });
      assert.match(stderr, /\n\s+at /);
    });
  });
});
