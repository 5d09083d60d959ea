import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Client } from '@temporalio/client';
import { clientOf, pollWith, temporalCli, whileRunning } from '../support/encrypted-lab.js';
import { encryptedWith, historyKeys } from '../support/history-config.js';
import { type Lab, Site } from '../support/lab.js';
import { simpleMail } from '../support/mails.js';
import { failureOf, withWebhook } from '../support/soar-labs.js';
import { eventually } from '../support/temporal.js';
import type { WebhookServer } from '../support/webhook-server.js';

let site: Site;
before(async () => {
  site = await Site.open({ persistent: true });
});
after(() => site.close());

const withOne = encryptedWith('one', { one: 'KEY_ONE' });
const always = { kind: 'status', times: Number.POSITIVE_INFINITY } as const;

interface Told {
  readonly mails: readonly string[];
  /** Subjects, addresses and URLs, those that people wrote among them, that stand in a readable history. */
  readonly told: readonly string[];
  /** What never travels through a history but in the words of a failure. */
  readonly untold: readonly string[];
}

function mailsAbout(tag: string): Told {
  const names = [1, 2, 3].map((number) => `${tag}-${number}`);
  const mails = names.map((name) => simpleMail(name).replaceAll('phish.example', `${tag}.example`));
  const subjects = names.map((name) => `Message ${name}`);
  const addresses = [`sender@${tag}.example`, `inspector@${tag}.example`];
  const urls = names.map((name) => `${tag}.example/${name}`);
  const untold = [...urls.slice(1), ...names.map((name) => `${name}@mail.example`)];
  return { mails, told: [...subjects, ...addresses, ...urls.slice(0, 1)], untold };
}

/** One mail delivered, one held and given up, and a poll that fails; the SOAR quotes the mails whenever it refuses. */
async function goThrough(lab: Lab, soar: WebhookServer, client: Client, tag: string, { mails }: Told): Promise<void> {
  const [held = '', delivered = '', last = ''] = mails;
  const match = (body: string) => body.includes(`Message ${tag}-1`);
  soar.fault({ ...always, status: 400, body: `Message ${tag}-1 has https://${tag}.example/${tag}-1`, match });
  await lab.deliver([held, delivered]);
  await lab.worker();
  assert.deepEqual(await pollWith(client, lab, 'first'), {
    ...{ mailbox: 'soc', unread: 2, delivered: 1, duplicates: 0, inDelivery: 0, held: 1, vanished: 0, remaining: 0 },
  });
  const handle = client.workflow.getHandle(await heldIn(lab));
  const decision = { who: `inspector@${tag}.example`, why: `looked at https://${tag}.example/${tag}-1` };
  assert.match(
    JSON.stringify(await handle.executeUpdate('discard', { args: [decision] })),
    new RegExp(`Message ${tag}-1`),
  );
  await handle.result();

  soar.clearFaults();
  soar.fault({ ...always, status: 404, body: `no place for Message ${tag}-3 of sender@${tag}.example` });
  await lab.deliver([last]);
  const { code, message } = await failureOf(pollWith(client, lab, 'second'));
  assert.equal(code, 'LW_TARGET_REFUSES');
  assert.match(message, new RegExp(`Message ${tag}-3`));
  await lab.close();
}

/** The workflow that carries the one message that is held. */
async function heldIn(lab: Lab): Promise<string> {
  const look = async () => (await lab.openWorkflows('deliverMessage'))[0];
  return eventually(look, 'the message is held');
}

/** Which of the words stand in the server's database, its write-ahead log included. */
async function readableIn(words: readonly string[]): Promise<readonly string[]> {
  const files = ['temporal.db', 'temporal.db-wal'].map((name) => join(site.temporal.folder, name));
  const bytes = await Promise.all(files.map((file) => readFile(file)));
  return words.filter((word) => bytes.some((content) => content.includes(word)));
}

/** What people see of a text once the base64 in it is undone. */
function unpacked(text: string): string {
  const inside = text.match(/[A-Za-z0-9+/]{16,}={0,2}/g) ?? [];
  return [text, ...inside.map((part) => Buffer.from(part, 'base64').toString('utf8'))].join('\n');
}

describe('with encrypted histories', { concurrency: 3 }, () => {
  it('no subject, address or URL stands in the database of Temporal, where all of them stand without', () =>
    withWebhook(site, async (lab, soar) => {
      const plainly = mailsAbout('plainly');
      await goThrough(lab, soar, await clientOf(lab), 'plainly', plainly);
      assert.deepEqual(await readableIn(plainly.told), plainly.told);
      await withWebhook(
        site,
        async (secretLab, secretSoar) => {
          const secretly = mailsAbout('secretly');
          await secretLab.configure({ history: withOne });
          await goThrough(secretLab, secretSoar, await clientOf(secretLab), 'secretly', secretly);
          assert.deepEqual(await readableIn(['secretly', ...secretly.told, ...secretly.untold]), []);
          // It is this database: what is no secret stands there.
          assert.deepEqual(await readableIn([secretLab.taskQueue]), [secretLab.taskQueue]);
        },
        { secrets: historyKeys },
      );
    }));

  it('Temporal’s CLI shows nothing without the codec server, and everything to who has its token', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        await lab.configure({ history: withOne, codecServer: { port: 0, tokens: { soc: { env: 'TOKEN' } } } });
        const { mails } = mailsAbout('shown');
        soar.fault({ ...always, status: 400, body: 'too odd', match: (body) => body.includes('Message shown-1') });
        await lab.deliver(mails.slice(0, 1));
        await lab.worker();
        await pollWith(await clientOf(lab), lab, 'poll');
        const delivery = await heldIn(lab);
        soar.fault({ ...always, status: 404, body: 'no place for Message shown-2' });
        await lab.deliver(mails.slice(1, 2));
        await failureOf(pollWith(await clientOf(lab), lab, 'failed'));
        const failed = `${lab.taskQueue}-failed`;

        await whileRunning(lab, async (endpoint, token) => {
          const temporal = await temporalCli(site);
          const right = ['--codec-endpoint', endpoint, '--codec-auth', `Bearer ${token}`];
          const wrong = ['--codec-endpoint', endpoint, '--codec-auth', 'Bearer wrong'];
          const show = ['workflow', 'show', '--output', 'json', '--workflow-id'];
          const query = ['workflow', 'query', '--type', 'state', '--workflow-id', delivery];
          const metadata = ['workflow', 'metadata', '--workflow-id', delivery];
          const list = ['workflow', 'list', '--output', 'json', '--query', `WorkflowId = '${delivery}'`];
          const known = { [delivery]: /Message shown-1/, [failed]: /no place for Message shown-2/ };
          for (const [id, words] of Object.entries(known)) {
            assert.doesNotMatch(unpacked(await temporal(...show, id)), /shown-/);
            assert.match(unpacked(await temporal(...show, id, ...right)), words);
          }
          // What the failure is, everybody may read.
          assert.match(
            await temporal('workflow', 'show', '--workflow-id', failed),
            /Encoded failure \[LW_TARGET_REFUSES\]/,
          );
          for (const command of [query, metadata, list]) {
            assert.doesNotMatch(unpacked(await temporal(...command).catch(String)), /shown-1/);
            assert.match(unpacked(await temporal(...command, ...right)), /Message shown-1/);
          }
          await assert.rejects(temporal(...query, ...wrong), /Unauthorized: The token is missing or wrong/);

          // What is typed there is encrypted too.
          const decision = JSON.stringify({ who: 'inspector@typed.example', why: 'seen' });
          const update = ['workflow', 'update', 'execute', '--name', 'discard', '--workflow-id', delivery];
          assert.match(await temporal(...update, '--input', decision, ...right), /Message shown-1/);
          const result = ['workflow', 'result', '--workflow-id', delivery];
          assert.match(await temporal(...result, ...right), /discarded by inspector@typed\.example/);
          assert.deepEqual(await readableIn(['inspector@typed', 'Message shown']), []);
        });
      },
      { secrets: historyKeys },
    ));

  it('a worker without the key fails no workflow: it waits for one that has it', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        await lab.configure({ history: withOne });
        soar.fault({ ...always, status: 400, body: 'too odd', match: (body) => body.includes('Message kept-1') });
        await lab.deliver(mailsAbout('kept').mails.slice(0, 2));
        const first = await lab.worker();
        await pollWith(await clientOf(lab), lab, 'before');
        const delivery = await heldIn(lab);
        await first.stop();
        const before = await clientOf(lab);

        await lab.configure({ history: encryptedWith('two', { two: 'KEY_TWO' }) });
        const keyless = await lab.worker();
        const handle = before.workflow.getHandle(delivery);
        const decided = handle.executeUpdate('discard', { args: [{ who: 'ada', why: 'spam' }] });
        decided.catch(() => undefined);
        await eventually(
          async () =>
            /are only: two.*LW_HISTORY_KEY_UNKNOWN/s.test(await readFile(lab.logFile, 'utf8')) ? true : undefined,
          'the worker says which key is missing',
        );
        assert.equal((await handle.describe()).status.name, 'RUNNING');
        await keyless.stop();

        await lab.configure({ history: encryptedWith('two', { one: 'KEY_ONE', two: 'KEY_TWO' }) });
        await lab.worker();
        const after = (await clientOf(lab)).workflow.getHandle(delivery);
        await decided.catch(() => undefined);
        assert.match(JSON.stringify(await after.result()), /discarded by ada: spam/);
        const { events } = await after.fetchHistory();
        const keyIds = new Set(JSON.stringify(events).match(/"encryption-key-id":"[^"]*"/g));
        assert.deepEqual(keyIds.size, 2);
      },
      { secrets: historyKeys },
    ));
});
