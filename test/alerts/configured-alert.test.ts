import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { AlertDocument } from '../../src/alerts/types.js';
import { alertDocumentSchema } from '../../src/ledger/records.js';
import { wellFormed } from '../../src/text/well-formed.js';
import { documentOfMail, documentsOfMail } from '../support/alert-of-mail.js';
import { attachedMail, carriedMail, reportOf, simpleReport } from '../support/reports.js';

const mail = [
  'From: "Billing, Europe" <billing@a.example>',
  'To: Jane <jane@sales.corp.example>',
  'Subject: Invoice CASE-12 and CASE-13',
  'X-Spam-Score: 7.5',
  'X-Zone: North',
  'X-Zone: South',
  'Content-Type: text/plain',
  '',
  'Reference REF:4711, REF:4712. https://phish.example/',
].join('\r\n');

const event = ({ alert }: AlertDocument) => alert.events[0] ?? {};

describe('an alert of a mailbox without options', () => {
  it('is what it was, whatever header fields the mail has', async () => {
    const plain = await documentOfMail(mail);
    assert.deepEqual(await documentOfMail(mail, { alert: {} }), plain);
    assert.deepEqual(
      Object.keys(event(plain)).filter((name) => /header_|custom/.test(name)),
      [],
    );
    assert.equal('attachOriginal' in plain, false);
    assert.equal(plain.alert.name, 'Invoice CASE-12 and CASE-13');
  });
});

describe('header fields of an event', () => {
  it('are those that are listed, each value on a line', async () => {
    const { header_x_zone, header_x_spam_score, ...others } = event(
      await documentOfMail(mail, { alert: { headers: ['X-Zone', 'x-spam-score', 'X-Missing'] } }),
    );
    assert.equal(header_x_zone, 'North\nSouth');
    assert.equal(header_x_spam_score, '7.5');
    assert.deepEqual(
      Object.keys(others).filter((name) => name.startsWith('header_')),
      [],
    );
  });

  it('are those with a name that an expression matches', async () => {
    const fields = event(await documentOfMail(mail, { alert: { headers: { matches: '^x-s' } } }));
    assert.deepEqual(
      Object.keys(fields).filter((name) => name.startsWith('header_')),
      ['header_x_spam_score'],
    );
  });

  it('do not tell what only a route asks for', async () => {
    const routes = [{ name: 'r', when: { header: { 'X-Zone': 'North' } }, priority: 80 }];
    const document = await documentOfMail(mail, { targets: ['cases'], routes, alert: { headers: ['X-Spam-Score'] } });
    assert.equal(document.alert.priority, 80);
    assert.equal('header_x_zone' in event(document), false);
  });
});

describe('fields of one’s own', () => {
  it('hold what an expression finds in the subject, the sender, the recipients, a header field or the text', async () => {
    const fields = {
      case_number: { from: 'subject', expression: 'CASE-([0-9]+)' },
      cases: { from: 'subject', expression: 'CASE-[0-9]+', all: true },
      sender_domain: { from: 'from', expression: '@([a-z.]+)' },
      department: { from: 'to', expression: '@([a-z]+)\\.corp' },
      score: { from: 'header:x-spam-score', expression: '^[0-9]+' },
      references: { from: 'body', expression: 'REF:([0-9]+)', all: true },
      reference: { from: 'body', expression: 'REF:([0-9]+)' },
      nothing: { from: 'body', expression: 'absent' },
      body_text: { from: 'body', expression: '(?s).+', long: true },
    };
    const { alert } = await documentOfMail(mail, { alert: { fields } });
    const own = Object.fromEntries(Object.entries(alert.events[0] ?? {}).filter(([name]) => name in fields));
    assert.deepEqual(own, {
      case_number: '12',
      cases: 'CASE-12,CASE-13',
      sender_domain: 'a.example',
      department: 'sales',
      score: '7',
      references: '4711,4712',
      reference: '4711',
      body_text: 'Reference REF:4711, REF:4712. https://phish.example/',
    });
  });

  it('are long, with their lines, only where they say so', async () => {
    const letter = `${mail.slice(0, mail.indexOf('\r\n\r\n'))}\r\n\r\nDear Jane,\r\n\r\n${'pay now. '.repeat(200)}`;
    const whole = { from: 'body', expression: '(?s).+' };
    const fields = { body_text: { ...whole, long: true }, beginning: whole };
    const { body_text = '', beginning = '' } = event(await documentOfMail(letter, { alert: { fields } }));
    assert.equal(body_text, `Dear Jane,\n\n${'pay now. '.repeat(200).trim()}`);
    assert.ok(String(beginning).length <= 1000);
    assert.match(String(beginning), /^Dear Jane, pay now\. pay/);
  });

  it('have a comma in a value of several as %2C, as every list of the alert', async () => {
    const fields = {
      names: { from: 'from', expression: '"[^"]*"', all: true },
      name: { from: 'from', expression: '"(.*)"' },
    };
    const { names, name } = event(await documentOfMail(mail, { alert: { fields } }));
    assert.equal(names, '"Billing%2C Europe"');
    assert.equal(name, 'Billing, Europe');
  });
});

describe('more than fields of one’s own hold', () => {
  const addresses = Array.from({ length: 60 }, (_, index) => `u${index}@corp.example`);
  const many = `From: a@b.example\r\nTo: ${addresses.join(', ')}\r\n\r\nHello`;
  const cutOf = async (raw: string, fields: unknown) => {
    const document = await documentOfMail(raw, { alert: { fields } });
    const told = document.findings.some(({ code }) => code === 'fields-cut');
    assert.equal(event(document).findings?.includes('fields of the configuration') ?? false, told);
    return { fields: event(document), told };
  };

  it('is told, of header fields as of texts', async () => {
    const expression = 'u[0-9]+';
    const every = await cutOf(many, { users: { from: 'to', expression, all: true } });
    assert.equal(every.fields.users?.split(',').length, 50);
    assert.equal(every.told, true);
    assert.equal((await cutOf(many, { user: { from: 'to', expression } })).told, false);
    const long = `Subject: ${'a'.repeat(1200)}\r\n\r\nHello`;
    const whole = await cutOf(long, { whole: { from: 'subject', expression: 'a+' } });
    assert.equal(whole.fields.whole?.length, 1000);
    assert.equal(whole.told, true);
  });

  it('is not sought: of a large expression a long field is read only so far', async () => {
    const head = `Subject: ${'a'.repeat(16_000)}`;
    // An expression of thousands of instructions, each of which a character may cost.
    const large = { from: 'subject', expression: '(?:[a-z]{0,300}!){3}|b$' };
    const fields = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`f${index}`, large]));
    const { told } = await cutOf(`${head}\r\n\r\nHello`, fields);
    assert.equal(told, true);
    const { told: few } = await cutOf(`${head}\r\n\r\nHello`, { f: { from: 'subject', expression: 'b$' } });
    assert.equal(few, false);
  });

  it('is told of a mail that a report carries with that mail', async () => {
    const inner = attachedMail(many);
    const [document] = await documentsOfMail(reportOf('cut', [inner]), {
      alertFor: 'events',
      alert: { fields: { users: { from: 'to', expression: 'u[0-9]+', all: true } } },
    });
    assert.deepEqual(
      document?.alert.events.map(({ findings }) => findings?.includes('fields of the configuration') ?? false),
      [false, true],
    );
  });
});

describe('names from templates', () => {
  it('are of the alert and of its case, with event fields in them', async () => {
    const document = await documentOfMail(mail, {
      alert: {
        headers: ['X-Spam-Score'],
        fields: { case_number: { from: 'subject', expression: 'CASE-([0-9]+)' } },
        alertName: '[Phish] {Subject|first:7} ({header_x_spam_score})',
        caseName: 'Case {case_number} of {mailbox}: {name}',
      },
    });
    assert.equal(document.alert.name, '[Phish] Invoice (7.5)');
    assert.equal(event(document).custom_case_name, 'Case 12 of soc: Invoice CASE-12 and CASE-13');
  });

  it('are the usual ones where the template gives no text', async () => {
    const { alert } = await documentOfMail(mail, { alert: { alertName: '{orig_from}', caseName: ' {orig_from} ' } });
    assert.equal(alert.name, 'Invoice CASE-12 and CASE-13');
    assert.equal('custom_case_name' in (alert.events[0] ?? {}), false);
  });
});

describe('the environment and the priority', () => {
  const environment = {
    field: 'DestinationUserName',
    expression: '@([a-z]+)\\.corp',
    map: { Sales: 'EMEA Sales' },
    otherwise: 'Elsewhere',
  };

  it('follow what a field of the event holds, whatever its case', async () => {
    const priority = { field: 'header_x_spam_score', expression: '^([0-9])', map: { '7': 100 }, otherwise: 40 };
    const options = { environment, priority, alert: { headers: ['X-Spam-Score'] } };
    const { alert } = await documentOfMail(mail, options);
    assert.equal(alert.environment, 'EMEA Sales');
    assert.equal(alert.priority, 100);
    const other = await documentOfMail('From: x@y.example\r\nTo: z@hr.corp.example\r\n\r\nHello', options);
    assert.equal(other.alert.environment, 'Elsewhere');
    assert.equal(other.alert.priority, 40);
  });

  it('are what the field holds where there is no map', async () => {
    const { map: _, ...rest } = environment;
    assert.equal((await documentOfMail(mail, { environment: rest })).alert.environment, 'sales');
  });

  it('are on one line where a sender has written the field too', async () => {
    const twice = 'X-Env: North\r\nX-Env: South\r\n\r\nHello';
    const options = { environment: { field: 'header_x_env' }, alert: { headers: ['X-Env'] } };
    assert.equal((await documentOfMail(twice, options)).alert.environment, 'North South');
  });

  it('of a route go before them', async () => {
    const routes = [{ name: 'r', when: { subject: { matches: 'Invoice' } }, environment: 'Routed' }];
    const { alert } = await documentOfMail(mail, { targets: ['cases'], routes, environment });
    assert.equal(alert.environment, 'Routed');
  });
});

describe('mails that a report carries', () => {
  it('are further events of its alert with `alertFor: events`, and tell what an alert of their own would', async () => {
    const carried = [carriedMail('one', ['X-Zone: East']), carriedMail('two')].map(attachedMail);
    const raw = reportOf('events', carried);
    const alert = { headers: ['X-Zone'], fields: { path: { from: 'body', expression: 'phish\\.example/([a-z]+)' } } };
    const authserv = 'mx.corp.example';
    const own = await documentsOfMail(raw, { alertFor: 'originals', authserv, alert });
    const [document, ...others] = await documentsOfMail(raw, { alertFor: 'events', authserv, alert });
    const reported = await documentOfMail(raw, { authserv, alert });
    assert.deepEqual(others, []);
    const [first, ...further] = document?.alert.events ?? [];
    assert.deepEqual(first, reported.alert.events[0]);
    assert.deepEqual(
      further,
      own.map((each) => each.alert.events[0]),
    );
    assert.deepEqual(
      further.map(({ SourceUserName, path, header_x_zone }) => [SourceUserName, path, header_x_zone]),
      [
        ['"Bank one" <no-reply@one.example>', 'one', 'East'],
        ['"Bank two" <no-reply@two.example>', 'two', undefined],
      ],
    );
    assert.deepEqual({ ...document?.alert, events: [] }, { ...reported.alert, events: [] });
  });

  it('are no further events of a mail that carries none', async () => {
    assert.deepEqual(await documentOfMail(mail, { alertFor: 'events' }), await documentOfMail(mail));
  });

  it('tell the fields of the configuration from their own text alone', async () => {
    const alert = { fields: { path: { from: 'body', expression: 'phish\\.example/([a-z]+)', all: true } } };
    const documents = await documentsOfMail(simpleReport('r', ['one', 'two']), { alertFor: 'originals', alert });
    assert.deepEqual(
      documents.map((document) => event(document).path),
      ['one', 'two'],
    );
  });
});

describe('whatever a mail and the options are', () => {
  const pieces = fc.constantFrom(
    '{Subject}',
    '{SourceUserName|first:3}',
    '{found_url|split:,}',
    '{nothing}',
    '{{',
    '}',
    '[x] ',
    '\u{1F600}',
    '{own|or:-}',
  );
  const text = fc.string({ unit: 'grapheme', maxLength: 60 });
  const expressions = fc.constantFrom('.*', '(a)|b', '()', '[^ ]+', '^$', '(?:x?){50}', '\\pL+', '(.{0,900})+');

  it('there is an alert, and it is bounded', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(pieces, { maxLength: 8 }),
        expressions,
        fc.constantFrom('subject', 'body', 'from', 'to', 'header:X-Own'),
        fc.record({ all: fc.boolean(), long: fc.boolean() }),
        fc.array(text, { minLength: 3, maxLength: 3 }),
        async (template, expression, from, how, [subject = '', own = '', body = '']) => {
          const name = template.join('') || '-';
          const raw = `Subject: ${subject}\r\nX-Own: ${own.repeat(200)}\r\n\r\n${body.repeat(100)}`;
          const document = await documentOfMail(raw, {
            environment: { field: 'own', expression },
            alert: {
              headers: { matches: expression },
              fields: { own: { from, expression, ...how } },
              alertName: name,
              caseName: name,
            },
          });
          assert.ok(alertDocumentSchema.safeParse(document).success);
          assert.ok(document.alert.name !== '' && document.alert.name.length <= 1000);
          assert.match(document.alert.environment, /^.{1,200}$/);
          assert.ok(JSON.stringify(document.alert).length < 200_000);
          assert.equal(wellFormed(JSON.stringify(document)), JSON.stringify(document));
        },
      ),
      { numRuns: 60 },
    );
  });
});
