import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { z } from 'zod';
import { runCli } from '../support/cli.js';
import { type Lab, type LabOptions, mailPassword, Site } from '../support/lab.js';
import { simpleMail } from '../support/mails.js';
import { survive } from '../support/survive.js';
import { WebhookServer } from '../support/webhook-server.js';

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

const routes = [
  { name: 'brand', when: { subject: { matches: 'brand' } }, targets: ['brand'], environment: 'Brand' },
  { name: 'both', when: { url: { matches: 'both$' } }, targets: ['brand', 'hook'], tags: ['twice'] },
];
const files = { cases: { kind: 'file', path: './cases' }, brand: { kind: 'file', path: './brand' } };

function webhookTarget(hook: WebhookServer) {
  return { kind: 'webhook', url: `${hook.url}/hook`, insecure: true, secret: { env: 'HOOK' } };
}

/** A laboratory with targets `cases`, `brand` and `hook`, and a mailbox whose mails go to `cases` unless a route says else. */
async function withRoutes(work: (lab: Lab, hook: WebhookServer) => Promise<void>): Promise<void> {
  const hook = await WebhookServer.start();
  const options: LabOptions = {
    targets: { ...files, hook: webhookTarget(hook) },
    mailboxes: { soc: { targets: ['cases'], routes } },
    secrets: { HOOK: hook.secret },
  };
  try {
    await site.lab(options, (lab) => work(lab, hook));
  } finally {
    await hook.close();
  }
}

/** One mail for each way: to `brand`, to `brand` and `hook`, and to `cases`. */
function threeMails(lab: Lab): readonly string[] {
  return [`${lab.name}-brand`, `${lab.name}-both`, `${lab.name}-other`].map((name) => simpleMail(name));
}

const caseFile = z.looseObject({ alert: z.looseObject({ name: z.string() }) });

/** What arrived where, by the last word of the subjects. */
async function arrived(lab: Lab, hook: WebhookServer): Promise<Readonly<Record<string, readonly string[]>>> {
  const { cases, brand } = {
    cases: await casesIn(join(lab.folder, 'cases')),
    brand: await casesIn(join(lab.folder, 'brand')),
  };
  return { cases, brand, hook: [...hook.cases.values()].map(({ alert }) => lastWord(String(alert.name))).sort() };
}

async function casesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  const texts = await Promise.all(
    names.filter((name) => name.endsWith('.json')).map((name) => readFile(join(folder, name), 'utf8')),
  );
  return texts.map((text) => lastWord(caseFile.parse(JSON.parse(text)).alert.name)).sort();
}

function lastWord(subject: string): string {
  return subject.slice(subject.lastIndexOf('-') + 1);
}

/** What `lurewatch find` prints of the mail with this last word. */
async function find(lab: Lab, hook: WebhookServer, word: string): Promise<string> {
  const environment = { HOOK: hook.secret, MAIL_PASSWORD: mailPassword };
  const { stdout, stderr } = await runCli(['find', `${lab.name}-${word}@mail.example`], {
    folder: lab.folder,
    environment,
  });
  assert.equal(stderr, '');
  return stdout;
}

const everywhere = { cases: ['other'], brand: ['both', 'brand'], hook: ['both'] };

describe('mails with routes', { concurrency: 3 }, () => {
  it('arrive exactly where their routes say when the worker is killed after a send, and are marked as read', () =>
    withRoutes(async (lab, hook) => {
      await survive(lab, 'after send', threeMails(lab));
      assert.deepEqual(await arrived(lab, hook), everywhere);
      assert.equal(hook.caseCount, 1);
    }));

  it('are marked as read when the targets of their routes have them, whatever other targets do', () =>
    withRoutes(async (lab, hook) => {
      await hook.down();
      await lab.deliver(threeMails(lab));
      await lab.worker();
      const { delivered, inDelivery } = await lab.ingest();
      assert.deepEqual([delivered, inDelivery], [2, 1]);
      assert.equal((await lab.unread()).length, 1);
      assert.deepEqual(await arrived(lab, hook), { ...everywhere, hook: [] });
      const waiting = await find(lab, hook, 'both');
      assert.match(waiting, /route +both, to brand and hook\n/);
      assert.match(waiting, /→ cases: passed over by its route/);
      assert.match(waiting, /→ brand: delivered .*\n {2}→ hook: (?:not delivered|open)/);
      await hook.up();
      await lab.settled();
      assert.deepEqual(await arrived(lab, hook), everywhere);
      const other = await find(lab, hook, 'other');
      assert.match(other, /route +none matched, to cases\n/);
      assert.match(other, /→ hook: passed over by its route/);
      const alerts = [...hook.cases.values()].map(({ alert }) => [alert.tags, alert.environment]);
      assert.deepEqual(alerts, [[['twice'], 'Default Environment']]);
    }));

  it('go to the targets of the mailbox when the target of their route is removed before they are delivered', () =>
    withRoutes(async (lab, hook) => {
      const soc = lab.mailbox('soc', { targets: ['cases'], routes: [{ ...routes[1], targets: ['hook'] }] });
      const targets = { cases: files.cases, hook: webhookTarget(hook) };
      const atDeath = () => lab.configure({ targets, mailboxes: { soc } });
      await survive(lab, 'after document', threeMails(lab), { atDeath });
      assert.deepEqual(await arrived(lab, hook), { cases: ['brand', 'other'], brand: [], hook: ['both'] });
      assert.match(await find(lab, hook, 'brand'), /route +brand, to brand\n[\s\S]*→ cases: delivered/);
    }));
});
