import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { hostileMails, textMail, visibleUrl } from '../support/hostile-mails.js';
import { type Lab, Site } from '../support/lab.js';
import { simpleMail } from '../support/mails.js';
import { everyMailOnce, withMisp, withWebhook } from '../support/soar-labs.js';
import type { WebhookServer } from '../support/webhook-server.js';

const concurrency = 4;
const megabyte = 1024 * 1024;

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

/** The same mail as a message of its own: some of them differ in nothing that identity is made of. */
function named(raw: Buffer, lab: Lab, name: string): Buffer {
  const text = raw.toString('latin1');
  return Buffer.from(text.replace('<hostile@', `<${lab.name}-${name.replace(/\W+/g, '-')}@`), 'latin1');
}

/** The event of the alert whose ticket id holds this name. */
function eventOf(soar: WebhookServer, name: string): Readonly<Record<string, string>> {
  const ticket = name.replace(/\W+/g, '-');
  const found = [...soar.cases.values()].find(({ alert }) => String(alert.ticket_id).includes(ticket));
  assert.ok(found, `no alert for ${name}`);
  const { events } = found.alert;
  assert.ok(Array.isArray(events));
  return events[0];
}

describe('hostile mails on the whole way', { concurrency }, () => {
  it('each become an alert which says what was cut, and their neighbours are delivered', () =>
    withMisp(
      site,
      async (lab, soar, misp) => {
        const hostile = hostileMails();
        const mails = hostile.flatMap(({ name, raw }, index) => [
          named(raw, lab, name),
          simpleMail(`${lab.name}-neighbour-${index}`),
        ]);
        await lab.deliver(mails);
        await lab.worker();
        assert.equal((await lab.ingest()).delivered, mails.length);
        await everyMailOnce(lab, soar, mails.length);
        assert.equal(misp.events.size, mails.length);

        for (const { name } of hostile) assert.ok(eventOf(soar, name).found_url?.includes(visibleUrl), name);
        const told = {
          '5,000 nested multiparts': /nested deeper than the limit/,
          '5,000 nested messages': /nested deeper than the limit/,
          '3,000 parts': /more MIME parts than the limit/,
          'a header of a megabyte': /header is longer than the limit/,
          'an unknown character set': /unknown character set/,
        };
        for (const [name, words] of Object.entries(told)) assert.match(eventOf(soar, name).findings ?? '', words);
        for (const index of hostile.keys()) {
          const event = eventOf(soar, `neighbour-${index}`);
          assert.equal(event.findings, undefined);
          assert.equal(event.found_url, `https://phish.example/${lab.name}-neighbour-${index}`);
        }
      },
      { mailboxes: { soc: { every: '60s' } } },
    ));

  it('a mail above the size limit is read up to it, and says so', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        const filler = `${'x'.repeat(76)}\r\n`;
        const body = `${visibleUrl}\r\n${filler.repeat(80_000)}https://too.late.example/`;
        await lab.deliver([named(textMail(body), lab, 'huge'), simpleMail(`${lab.name}-neighbour`)]);
        await lab.worker();
        assert.equal((await lab.ingest()).delivered, 2);
        await everyMailOnce(lab, soar, 2);
        const { found_url, findings } = eventOf(soar, 'huge');
        assert.equal(found_url, visibleUrl);
        assert.match(findings ?? '', /only the first 2097152 of 62\d{5} bytes of the message were read/);
        assert.equal(eventOf(soar, 'neighbour').findings, undefined);
      },
      { mailboxes: { soc: { limits: { sizeBytes: 2 * megabyte } } } },
    ));

  it('a mail that takes longer than its time is searched in a simple way, and says so', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        const slow = named(textMail(`${visibleUrl}\r\n${'http://a.b/c?d='.repeat(1_000_000)}`), lab, 'slow');
        await lab.deliver([slow, simpleMail(`${lab.name}-neighbour`)]);
        await lab.worker();
        assert.equal((await lab.ingest()).delivered, 2);
        await everyMailOnce(lab, soar, 2);
        const { found_url, findings } = eventOf(soar, 'slow');
        assert.ok(found_url?.startsWith(visibleUrl));
        assert.match(findings ?? '', /took longer than the limit/);
      },
      { mailboxes: { soc: { limits: { seconds: 0.01 } } } },
    ));
});
