import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { openReport } from '../../src/alerts/open-report.js';
import { finding } from '../../src/indicators/findings.js';
import { decideRoute } from '../../src/routing/router.js';
import { extractFor, routedMailbox } from '../support/routing.js';
import { zipFile } from '../support/zip-file.js';

type Some = Readonly<Record<string, unknown>>;

const iso = zipFile([{ name: 'Rechnung.pdf.ISO', bytes: Buffer.from('not an image'), level: 0 }]).toString('base64');
const mail = [
  'Authentication-Results: mx.corp.example; spf=softfail; dkim=pass header.d=a.example; dkim=fail header.d=b.example',
  'Authentication-Results: mx.corp.example; dmarc=pass',
  'Delivered-To: <abuse+x@corp.example>',
  'X-Source: Gateway One',
  'X-Source: =?utf-8?Q?Zweite_Pr=C3=BCfung?=',
  'From: "Your Bank" <Alerts@Mail.Phish.example>',
  'To: Helpdesk <help@corp.example>',
  'Cc: "R. Roe" <roe@customer.example>, second@corp.example',
  'Subject: Invoice 42 is =?utf-8?Q?f=C3=A4llig?=',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  'Content-Type: text/plain',
  '',
  'See https://login.evil.example/a?b=1 and http://203.0.113.9/x or drop.example.net, soon.',
  '--b',
  'Content-Type: application/octet-stream; name=all.zip',
  'Content-Transfer-Encoding: base64',
  '',
  iso,
  '--b--',
  '',
].join('\r\n');

/** Whether a route with these conditions takes the mail. */
async function takes(when: Some, raw = mail): Promise<boolean> {
  const mailbox = routedMailbox([{ name: 'one', when }], { authserv: 'mx.corp.example', authservHeaders: 1 });
  return decideRoute(mailbox, await extractFor(mailbox, raw))?.rule === 'one';
}

describe('a condition of a route', () => {
  const cases: readonly (readonly [when: Some, holds: boolean])[] = [
    [{ from: 'alerts@mail.phish.example' }, true],
    [{ from: 'ALERTS@mail.phish.example' }, true],
    [{ from: 'alerts@phish.example' }, false],
    [{ from: { domain: 'phish.example' } }, true],
    [{ from: { domain: '*.phish.example' } }, true],
    [{ from: { domain: 'hish.example' } }, false],
    [{ from: { matches: '^"?Your Bank' } }, true],
    [{ from: { matches: '^alerts@.*phish[.]example$' } }, true],
    [{ from: ['x@y.example', { domain: ['z.example', 'phish.example'] }] }, true],
    [{ to: 'help@corp.example' }, true],
    [{ to: 'roe@customer.example' }, true],
    [{ to: 'abuse+x@corp.example' }, true],
    [{ to: { domain: 'customer.example' } }, true],
    [{ to: { matches: 'R[.] Roe' } }, true],
    [{ to: { domain: 'mail.phish.example' } }, false],
    [{ subject: 'invoice 42 is fällig' }, true],
    [{ subject: 'Invoice' }, false],
    [{ subject: { matches: '(?i)^INVOICE \\d+' } }, true],
    [{ subject: { matches: '^invoice' } }, false],
    [{ header: { 'x-source': 'gateway one' } }, true],
    [{ header: { 'X-Source': 'Zweite Prüfung' } }, true],
    [{ header: { 'X-Source': { matches: '^Gateway' }, 'X-Other': { matches: '^' } } }, false],
    [{ url: 'HTTPS://login.evil.example/a?b=1' }, true],
    [{ url: 'https://login.evil.example/' }, false],
    [{ url: { domain: 'evil.example' } }, true],
    [{ url: { matches: '[?&]b=' } }, true],
    [{ host: 'login.evil.example' }, true],
    [{ host: 'drop.example.net' }, true],
    [{ host: 'other.example' }, false],
    [{ domain: 'evil.example' }, true],
    [{ domain: 'login.evil.example' }, true],
    [{ domain: 'vil.example' }, false],
    [{ ip: '203.0.113.0/24' }, true],
    [{ ip: ['198.51.100.1', '203.0.113.9'] }, true],
    [{ ip: '203.0.113.8' }, false],
    [{ fileName: 'rechnung.pdf.iso' }, true],
    [{ fileName: { matches: '(?i)[.]iso$' } }, true],
    [{ fileName: 'all' }, false],
    [{ fileType: 'application/zip' }, true],
    [{ fileType: 'application/octet-stream' }, true],
    [{ sha256: 'a'.repeat(64) }, false],
    [{ sha256: ['a'.repeat(64), createHash('sha256').update('not an image').digest('hex').toUpperCase()] }, true],
    [{ auth: { spf: ['fail', 'softfail'] } }, true],
    [{ auth: { dkim: 'fail', spf: 'softfail' } }, true],
    [{ auth: { dkim: 'fail', spf: 'fail' } }, false],
    [{ auth: { arc: 'missing' } }, true],
    [{ auth: { spf: 'missing' } }, false],
    [{ findings: ['not-read', 'misleading-name'] }, true],
    [{ findings: 'not-read' }, false],
    [{ any: [{ subject: 'no' }, { from: { domain: 'phish.example' }, subject: { matches: 'Invoice' } }] }, true],
    [{ any: [{ subject: 'no' }, { from: { domain: 'phish.example' }, subject: 'no' }] }, false],
    [{ subject: { matches: 'Invoice' }, not: { from: { domain: 'corp.example' } } }, true],
    [{ subject: { matches: 'Invoice' }, not: [{ subject: 'no' }, { domain: 'evil.example' }] }, false],
    [{ not: { domain: 'evil.example', subject: 'no' } }, true],
  ];
  for (const [when, holds] of cases) {
    it(`${JSON.stringify(when)} ${holds ? 'holds' : 'does not hold'} for the mail`, async () => {
      assert.equal(await takes(when), holds);
    });
  }

  it('believes of authentication what the own host wrote in as many headers as it writes, and nothing below', async () => {
    assert.equal(await takes({ auth: { dmarc: 'pass' } }), false, 'forged below the one header of the host');
    assert.equal(await takes({ auth: { dmarc: 'missing' } }), true);
  });
});

describe('the routes of a mailbox', () => {
  const bank = {
    name: 'bank',
    when: { subject: { matches: 'Invoice' } },
    targets: ['brand'],
    priority: 80,
    tags: ['bank'],
  };
  const second = { name: 'second', when: { from: { domain: 'phish.example' } }, environment: 'Second' };

  it('decide by the first whose conditions hold, and leave to the mailbox what it does not say', async () => {
    const mailbox = routedMailbox([{ name: 'never', when: { subject: 'x', from: 'a@b.example' } }, bank, second]);
    const decision = decideRoute(mailbox, await extractFor(mailbox, mail));
    assert.deepEqual(decision, {
      ...{ rule: 'bank', targets: ['brand'], misp: true, sets: { priority: 80, tags: ['bank'] } },
      because: [{ condition: 'subject', wanted: 'matches Invoice', found: 'Invoice 42 is fällig' }],
      passed: [
        {
          rule: 'never',
          condition: 'from',
          wanted: 'is a@b.example',
          has: ['"Your Bank" <Alerts@Mail.Phish.example>', 'alerts@mail.phish.example'],
        },
      ],
    });
    const turned = routedMailbox([second, bank]);
    const other = decideRoute(turned, await extractFor(turned, mail));
    assert.deepEqual([other?.rule, other?.targets, other?.sets], ['second', ['cases'], { environment: 'Second' }]);
  });

  it('leave what none of them matches to the targets of the mailbox', async () => {
    const mailbox = routedMailbox([bank, second], { misp: false });
    const decision = decideRoute(mailbox, await extractFor(mailbox, 'Subject: Hello\r\n\r\nx'));
    assert.deepEqual([decision?.rule, decision?.targets, decision?.misp, decision?.sets], [null, ['cases'], false, {}]);
    assert.deepEqual(
      decision?.passed.map(({ rule, condition, has }) => [rule, condition, has]),
      [
        ['bank', 'subject', ['Hello']],
        ['second', 'from', []],
      ],
    );
  });

  it('take what was not read of a mail for what it does not have, and can be asked for the finding before', async () => {
    const clean = { name: 'clean', when: { not: { domain: 'evil.example' } } };
    const unread = { name: 'unread', when: { findings: ['read-plainly', 'read-simply', 'not-read'] } };
    const whole = await extractFor(routedMailbox([clean]), mail);
    const cut = { ...whole, urls: [], indicators: [], attachments: [], findings: [finding('not-read')] };
    const ruleOf = (routes: readonly Some[], read: typeof whole) => decideRoute(routedMailbox(routes), read)?.rule;
    assert.deepEqual([ruleOf([clean], whole), ruleOf([clean], cut)], [null, 'clean']);
    assert.deepEqual([ruleOf([unread, clean], whole), ruleOf([unread, clean], cut)], [null, 'unread']);
  });

  it('decide nothing where there are none', async () => {
    const mailbox = routedMailbox([]);
    assert.equal(decideRoute(mailbox, await extractFor(mailbox, mail)), undefined);
  });

  it('look at the mail that a report carries, and at who reported it to whom', async () => {
    const report = [
      'From: Jo <jo@customer.example>',
      'To: phish+customer@corp.example',
      'Subject: Fwd: suspicious',
      'X-Tenant: seven',
      'Authentication-Results: mx.corp.example; spf=pass',
      'MIME-Version: 1.0',
      'Content-Type: message/rfc822',
      '',
      mail.replace('X-Source: Gateway One', 'X-Tenant: forged'),
    ].join('\r\n');
    const decided = async (when: Some) => {
      const mailbox = routedMailbox([{ name: 'one', when }], { authserv: 'mx.corp.example', alertFor: 'originals' });
      const carrier = await extractFor(mailbox, report);
      const [carried] = openReport(carrier)?.mails ?? [];
      assert.ok(carried !== undefined);
      return decideRoute(mailbox, carried.extraction, carrier)?.rule;
    };
    assert.equal(await decided({ subject: { matches: '^Invoice' } }), 'one');
    assert.equal(await decided({ subject: { matches: '^Fwd' } }), null);
    assert.equal(await decided({ from: 'jo@customer.example' }), null);
    assert.equal(await decided({ reportedBy: { domain: 'customer.example' } }), 'one');
    assert.equal(await decided({ to: 'phish+customer@corp.example' }), 'one');
    assert.equal(await decided({ to: 'help@corp.example' }), 'one');
    assert.equal(await decided({ header: { 'X-Tenant': 'forged' } }), 'one');
    assert.equal(await decided({ header: { 'X-Tenant': 'seven' } }), null);
    assert.equal(await decided({ auth: { spf: 'pass' } }), null);
    assert.equal(await decided({ auth: { spf: 'missing' } }), 'one');
  });
});
