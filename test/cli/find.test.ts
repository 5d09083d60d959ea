import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import type { AlertDocument } from '../../src/alerts/types.js';
import { keys } from '../../src/ledger/keys.js';
import { type Ledger, openLedger } from '../../src/ledger/ledger.js';
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

  it('ends with status 1 for what was never met', async () => {
    await withLedger([], async (find) => {
      const { status, stdout, stderr } = await find('<never@mail.example>');
      assert.equal(status, 1);
      assert.equal(stdout, '');
      assert.match(stderr, /Nothing is known of <never@mail\.example>/);
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
