import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { stringify } from 'yaml';
import { z } from 'zod';
import { type CliResult, runCli } from '../support/cli.js';
import { inFolder } from '../support/folder.js';
import { simpleReport } from '../support/reports.js';

type Some = Readonly<Record<string, unknown>>;

/** `extract --route` in a folder with these mailboxes. */
async function route(
  mailboxes: Readonly<Record<string, Some>>,
  args: readonly string[],
  input = 'Subject: Invoice http://x.example/\r\n\r\nx',
): Promise<CliResult> {
  return inFolder(async (folder) => {
    const each = Object.entries(mailboxes).map(([name, different]) => [
      name,
      { kind: 'directory', path: './mail', targets: ['cases'], ...different },
    ]);
    const targets = { cases: { kind: 'file', path: './cases' }, brand: { kind: 'file', path: './brand' } };
    await writeFile(join(folder, 'lurewatch.yaml'), stringify({ mailboxes: Object.fromEntries(each), targets }));
    return runCli(['extract', '--route', ...args], { folder, input });
  });
}

const invoices = { name: 'invoices', when: { subject: { matches: '(?i)invoice' } }, targets: ['brand'], misp: false };
const routedLine = z.looseObject({
  alertId: z.string(),
  mailbox: z.string(),
  route: z.looseObject({ rule: z.string().nullable() }).nullable(),
});

describe('lurewatch extract --route', () => {
  it('tells which rule decided and why, also behind a file that cannot be read; nothing in it turns into a link', async () => {
    const never = { name: 'never', when: { not: { subject: { matches: 'Inv' } } } };
    const routed = { soc: { routes: [never, invoices] }, quiet: {} };
    const { status, stdout, stderr } = await route(routed, ['missing.eml', '-']);
    assert.equal(status, 1);
    assert.match(stderr, /^error: missing\.eml: .*ENOENT/m);
    assert.deepEqual(
      stdout
        .trimEnd()
        .split('\n')
        .filter((line) => !line.includes('alert id')),
      [
        '-',
        '  subject   Invoice hxxp://x[.]example/',
        '  from      (none)',
        '  route     invoices',
        '  since     subject matches (?i)invoice: Invoice hxxp://x[.]example/',
        '  goes to   brand, not to MISP',
        '  passed    never: wanted: not subject matches Inv; found: Invoice hxxp://x[.]example/',
      ],
    );
  });

  it('writes an object for each alert with --json: of a report for each of its mails', async () => {
    const soc = { alertFor: 'originals', routes: [{ name: 'here', when: { reportedBy: { domain: 'corp.example' } } }] };
    const { status, stdout } = await route({ soc }, ['-', '--json'], simpleReport('r', ['one', 'two']));
    assert.equal(status, 0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => routedLine.parse(JSON.parse(line)));
    assert.deepEqual(
      lines.map(({ mailbox, route }) => [mailbox, route?.rule]),
      [
        ['soc', 'here'],
        ['soc', 'here'],
      ],
    );
    assert.equal(new Set(lines.map(({ alertId }) => alertId)).size, 2);
  });

  it('takes the mailbox that has routes, and asks which where there are several', async () => {
    const none = await route({ quiet: {}, soc: { routes: [invoices] } }, ['-', '--mailbox', 'quiet']);
    assert.match(none.stdout, /route +none: mailbox quiet has no routes\n {2}goes to +cases/);
    const both = await route({ one: { routes: [invoices] }, two: { routes: [invoices] } }, ['-']);
    assert.equal(both.status, 2);
    assert.match(both.stderr, /--route needs --mailbox: which mailbox's routes\? one, two/);
  });
});
