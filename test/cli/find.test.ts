import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import type { AlertDocument } from '../../src/alerts/types.js';
import { keys } from '../../src/ledger/keys.js';
import { type Ledger, openLedger } from '../../src/ledger/ledger.js';
import type { Outcome } from '../../src/ledger/records.js';
import { FileStore } from '../../src/store/file-store.js';
import { alertDocument } from '../support/alert-documents.js';
import { runCli } from '../support/cli.js';
import { inFolder } from '../support/folder.js';

const owner = { workflowId: 'ingest-soc-1', runId: 'run-1' };
const atMs = Date.UTC(2026, 0, 31, 8);
const config = `
store: { kind: file, path: ./var }
mailboxes:
  soc: { kind: directory, path: ./mail, targets: [cases, second] }
targets:
  cases: { kind: file, path: ./cases }
  second: { kind: file, path: ./second }
  former: { kind: file, path: ./former }
misp: { kind: feed, path: ./feed }
`;

/** A ledger with these alerts, each under the Message-ID and ticket id that it names. */
async function withLedger(
  documents: readonly AlertDocument[],
  work: (
    find: (id: string, ...options: string[]) => ReturnType<typeof runCli>,
    ledger: Ledger,
    store: FileStore,
  ) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    await writeFile(join(folder, 'lurewatch.yaml'), config);
    const store = await FileStore.open(join(folder, 'var'));
    const ledger = openLedger(store);
    await ledger.messageIds.ticketIds(documents);
    await ledger.alerts.create(documents);
    await work((id, ...options) => runCli(['find', id, ...options], { folder }), ledger, store);
  });
}

describe('lurewatch find', () => {
  it('answers for a Message-ID with and without angle brackets, a ticket id and an alert id', async () => {
    const first = { ...alertDocument('first'), messageId: 'shared@mail.example', ticketId: 'shared@mail.example' };
    const other = alertDocument('other');
    const second = {
      ...other,
      messageId: 'shared@mail.example',
      ticketId: `shared@mail.example-${other.alertId.slice(0, 12)}`,
    };
    await withLedger([first, second], async (find) => {
      const found = async (id: string) => {
        const { status, stdout } = await find(id, '--json');
        assert.equal(status, 0, id);
        return JSON.parse(stdout).alerts.map(({ alertId }: { alertId: string }) => alertId);
      };
      const both = [first.alertId, second.alertId].sort();
      assert.deepEqual((await found('shared@mail.example')).sort(), both);
      assert.deepEqual((await found('<shared@mail.example>')).sort(), both);
      assert.deepEqual(await found(second.ticketId), [second.alertId]);
      assert.deepEqual(await found(first.alertId), [first.alertId]);
      assert.deepEqual(await found(first.alertId.toUpperCase()), [first.alertId]);
    });
  });

  it('answers for an alert id that another mail has for its Message-ID with both', async () => {
    const first = alertDocument('first');
    const copy = { ...alertDocument('copy'), messageId: first.alertId };
    await withLedger([first, copy], async (find) => {
      const { stdout } = await find(first.alertId, '--json');
      const found = JSON.parse(stdout).alerts.map(({ alertId }: { alertId: string }) => alertId);
      assert.deepEqual(found.sort(), [first.alertId, copy.alertId].sort());
    });
  });

  it('answers for a report whose mails are alerts with those, and says of each who reported it', async () => {
    const report = { ...alertDocument('report'), originalAlertIds: [] as readonly string[] };
    const { alertId, from, subject, messageId } = report;
    const mails = ['one', 'two'].map((name) => ({
      ...alertDocument(name),
      report: { alertId, from, subject, messageId },
    }));
    const container = { ...report, originalAlertIds: mails.map((mail) => mail.alertId) };
    await withLedger([...mails, container], async (find) => {
      const ids = mails.map((mail) => mail.alertId);
      for (const name of [report.alertId, `<${report.messageId}>`]) {
        const { stdout } = await find(name, '--json');
        assert.deepEqual(
          JSON.parse(stdout).alerts.map((alert: { alertId: string }) => alert.alertId),
          ids,
        );
      }
      const { stdout } = await find(mails[1]?.messageId ?? '');
      assert.match(stdout, new RegExp(`^alert ${ids[1]}\n`));
      assert.match(stdout, /reported by +sender@example\.org\n +in "report", message id /);
      assert.ok(!stdout.includes(ids[0] ?? ''));
    });
  });

  it('says for each sink what became of the alert', async () => {
    const document = { ...alertDocument('phish'), mailbox: 'soc' };
    await withLedger([document], async (find, { deliveries }, store) => {
      const { alertId } = document;
      const reference = '/cases/4711';
      await deliveries.recordOutcomes('cases', [
        { alertId, outcome: { version: 1, kind: 'delivered', reference, warnings: ['one URL was cut'], owner, atMs } },
      ]);
      await deliveries.recordOutcomes('former', [
        { alertId, outcome: { version: 1, kind: 'discarded', who: 'kim', why: 'a test', owner, atMs } },
      ]);
      await deliveries.claim('second', [{ alertId, number: 1 }], owner, atMs);
      await store.writeStream(Readable.from([Buffer.from('raw')]), () => keys.evidence(document.evidence));

      const { status, stdout } = await find(alertId);
      assert.equal(status, 0);
      assert.match(stdout, /→ cases: delivered 2026-01-31 08:00:00 UTC as \/cases\/4711\n\s+warning: one URL was cut/);
      assert.match(stdout, /→ former: discarded 2026-01-31 08:00:00 UTC by kim: a test/);
      assert.match(stdout, /→ second: open: claim 1 of .* by workflow ingest-soc-1; it may have arrived/);
      assert.match(stdout, /→ misp: nothing to deliver/);
      assert.ok(stdout.includes(document.evidence));
      assert.doesNotMatch(stdout, /MISSING/);

      const end = { version: 1, why: 'rejected', reason: 'too large', atMs } as const;
      await deliveries.endClaims('second', [{ alertId, number: 1, end }]);
      assert.match((await find(alertId)).stdout, /→ second: not delivered: rejected, too large \(claim 1/);
    });
  });

  it('says that evidence is missing, and what was not sent yet', async () => {
    const document = { ...alertDocument('lost'), mailbox: 'soc' };
    await withLedger([document], async (find) => {
      const { stdout } = await find(document.alertId);
      assert.match(stdout, /MISSING: .*\.eml/);
      assert.match(stdout, /→ cases: not delivered yet/);
    });
  });

  it('tells what became of an alert at the target of its route, though the configuration has it no more', async () => {
    const route = { rule: 'customers', targets: ['gone'], passedOver: ['second'] };
    const document = { ...alertDocument('routed'), mailbox: 'soc', route };
    const { alertId } = document;
    await withLedger([document], async (find, { deliveries }) => {
      await deliveries.recordOutcomes('gone', [
        { alertId, outcome: { version: 1, kind: 'delivered', reference: 'case 7', warnings: [], owner, atMs } },
      ]);
      assert.match((await find(alertId)).stdout, /→ gone: delivered 2026-01-31 08:00:00 UTC as case 7\n/);
    });
  });

  it('shows the campaign of an alert, and none where it is of none', async () => {
    const alone = alertDocument('alone');
    const document = alertDocument('copy');
    const copy = { ...document, alert: { ...document.alert, source_grouping_identifier: 'lw-abc-20260202T024000Z' } };
    await withLedger([alone, copy], async (find) => {
      assert.match((await find(copy.alertId)).stdout, /campaign +lw-abc-20260202T024000Z\n/);
      assert.doesNotMatch((await find(alone.alertId)).stdout, /campaign/);
    });
  });

  it('lists the alerts of a campaign by its grouping key, the first received first, and what is missing where', async () => {
    const key = 'lw-abcdefghabcdefgh-20260202T024000Z';
    const copy = (name: string, receivedAtMs: number, of = key) => {
      const document = { ...alertDocument(name), mailbox: 'soc', receivedAtMs };
      return { ...document, alert: { ...document.alert, source_grouping_identifier: of } };
    };
    const [first, second] = [copy('the first', atMs), copy('another\u001b[31m', atMs + 60_000)];
    const elsewhere = copy('elsewhere', atMs, 'lw-abcdefghabcdefgh-20260203T024000Z');
    await withLedger([second, elsewhere, first], async (find, { campaignMembers, deliveries }) => {
      // Of one no alert came about, and one has the key of another mailbox.
      const ids = [second.alertId, elsewhere.alertId, first.alertId, 'b'.repeat(26)];
      await campaignMembers.record(new Map(ids.map((alertId) => [alertId, key])));
      const outcome: Outcome = { version: 1, kind: 'delivered', reference: '', warnings: [], owner, atMs };
      for (const sink of ['cases', 'second'])
        await deliveries.recordOutcomes(sink, [{ alertId: first.alertId, outcome }]);

      const { status, stdout } = await find(key);
      assert.equal(status, 0);
      assert.match(stdout, /^campaign lw-\S+: 2 alerts, received 2026-01-31 08:00:00 UTC to 2026-01-31 08:01:00 UTC\n/);
      const [, one, of, two] = stdout.split('\n');
      assert.equal(one, `  ${first.alertId}  2026-01-31 08:00:00 UTC in soc: delivered`);
      assert.equal(of, '    sender@example.org to soc@example.com: the first');
      const missing = 'not delivered to cases (waiting), second (waiting)';
      assert.equal(two, `  ${second.alertId}  2026-01-31 08:01:00 UTC in soc: ${missing}`);
      assert.ok(!stdout.includes('\u001b[31m'));

      const { alerts } = JSON.parse((await find(`campaign:${key}`, '--json')).stdout);
      assert.deepEqual(
        alerts.map((alert: { alertId: string }) => alert.alertId),
        [first.alertId, second.alertId],
      );
      const unknown = await find('lw-abcdefghabcdefgh-20260204T024000Z');
      assert.deepEqual([unknown.status, unknown.stdout], [1, '']);
    });
  });

  it('lists what is sound of a campaign where a record of one of its alerts is damaged, and names that', async () => {
    const key = 'lw-abcdefghabcdefgh-20260202T024000Z';
    const [sound, broken, unsent] = ['sound', 'broken', 'unsent'].map((name) => {
      const document = { ...alertDocument(name), mailbox: 'soc' };
      return { ...document, alert: { ...document.alert, source_grouping_identifier: key } };
    });
    assert.ok(sound !== undefined && broken !== undefined && unsent !== undefined);
    await withLedger([sound, unsent], async (find, { campaignMembers }, store) => {
      await campaignMembers.record(new Map([sound, broken, unsent].map(({ alertId }) => [alertId, key])));
      const record = keys.alert(broken.alertId);
      const outcome = keys.outcome('cases', unsent.alertId);
      for (const one of [record, outcome]) await store.createMany([{ key: one, body: Buffer.from('{"version":1') }]);
      const { status, stdout, stderr } = await find(key);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /^campaign lw-\S+: 1 alert, /);
      assert.ok(stdout.includes(sound.alertId));
      for (const one of [record, outcome]) assert.ok(stderr.includes(one), stderr);
    });
  });

  it('tells of a mail that a mailbox skipped which expression it was, by Message-ID and alert id', async () => {
    await withLedger([], async (find, ledger) => {
      const place = { folder: 'INBOX', uidValidity: '1', uid: '7' };
      const mail = { from: 'Shop <news@shop.example>', subject: 'Offers', messageId: 'news@shop.example' };
      const rule = { field: 'from', expression: '^news@' } as const;
      const skip = { ...place, ...mail, rule, mailbox: 'soc', digest: 'd'.repeat(16), alertId: 'b'.repeat(26) };
      await ledger.skips.record([{ version: 1, ...skip, receivedAtMs: atMs, evidence: '0'.repeat(64), atMs }]);
      for (const id of ['<news@shop.example>', skip.alertId]) {
        const { status, stdout } = await find(id);
        assert.equal(status, 0);
        assert.match(stdout, /^skipped by mailbox soc: no alert\n {2}why +from matches \^news@\n/);
      }
      const { alerts, skipped } = JSON.parse((await find(skip.alertId, '--json')).stdout);
      assert.deepEqual([alerts, skipped[0].rule], [[], rule]);
    });
  });

  it('ends with status 1 for what was never met', async () => {
    await withLedger([], async (find) => {
      const { status, stdout, stderr } = await find('<never@mail.example>');
      assert.equal(status, 1);
      assert.equal(stdout, '');
      assert.match(stderr, /Nothing is known of <never@mail\.example> in \/.*\/var: no mail/);
      assert.deepEqual(JSON.parse((await find('never', '--json')).stdout), { id: 'never', alerts: [] });
    });
  });

  it('makes no store where there is none', async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, 'lurewatch.yaml'), config);
      const { status, stderr } = await runCli(['find', 'a@b'], { folder });
      assert.equal(status, 1);
      assert.match(stderr, /there is no store/);
      assert.deepEqual(await readdir(folder), ['lurewatch.yaml']);
    });
  });
});
