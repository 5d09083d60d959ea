import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasWords, isForward, subjectShape } from '../../src/campaigns/subject-shape.js';

const ada = { name: 'Ada Lovelace', address: 'ada.lovelace@corp.example' };
const shape = (subject: string | null, recipients = [ada]) => subjectShape(subject, recipients);

describe('the shape of a subject', () => {
  it('is its words, whatever case, marks and width they are written in', () => {
    assert.equal(shape('Action   REQUIRED!! – Verify your  account'), 'action required verify your account');
    assert.equal(
      shape('Ａｃｔｉｏｎ required: verify\u200b your ac\u00adcount'),
      'action required verify your account',
    );
    assert.equal(shape('Überfällige Rechnung'), 'überfällige rechnung');
    assert.equal(shape('U\u0308berfa\u0308llige Rechnung'), 'überfällige rechnung');
  });

  it('leaves out what mail programs and gateways write before it, in any number', () => {
    for (const marks of [
      'Re: ',
      'RE[2]: Fwd: ',
      'AW: WG: ',
      'Antw : ',
      'TR: ',
      'RV: ',
      'SV: VS: ',
      '[EXTERNAL] Fw: ',
    ]) {
      assert.equal(shape(`${marks}Password expires`), 'password expires', marks);
    }
    assert.equal(shape('转发：重要なお知らせ'), '重要なお知らせ');
    assert.equal(shape('Reset your password'), 'reset your password');
  });

  it('has one sign for numbers, dates, ticket and tracking ids', () => {
    const same = [
      'Invoice #4711 of 22.11.2026 (1.200,50 EUR)',
      'Invoice #A81-993 of Nov 23rd, 2026 (87 EUR)',
      'Invoice 9f86d081884c7d65 of 1 December (3,000.00 EUR)',
      'Invoice 3b241101-e2bb-4255-8caf-4136c566a962 of 2026-11-22 10:42 (7 EUR)',
    ];
    assert.deepEqual([...new Set(same.map((subject) => shape(subject)))], ['invoice 0 of 0 eur']);
    assert.equal(shape('INV-2026-XKQZ paid'), shape('4711/2026 paid'));
    assert.equal(shape('Contract_TK-4711 paid'), shape('Contract_INV-12/a7 paid'));
    assert.equal(
      shape('Anmeldung am Freitag, 27. November 2026 um 10 Uhr'),
      shape('Anmeldung am 3.1.2026 um 9:30 Uhr'),
    );
    assert.equal(shape('Due Friday, November 27, 10:42 am'), shape('Due 2026-11-27 at 3 pm'.replace(' at', '')));
    assert.equal(shape('follow-up on covid-19'), 'follow up on covid 0');
    assert.equal(shape('deadbeef-cafe-abba-dead-beefcafeabba expired'), '0 expired');
    assert.equal(shape('ご注文番号１２３４５のお知らせ'), shape('ご注文番号678のお知らせ'));
    assert.equal(shape('You may win in March'), 'you may win in march', 'no date without a number');
  });

  it('has one sign for the recipient, by name, by address and by domain', () => {
    const same = [
      'Ada, your parcel waits',
      'ADA LOVELACE, your parcel waits',
      'ada.lovelace: your parcel waits',
      'corp.example: your parcel waits',
    ];
    assert.deepEqual([...new Set(same.map((subject) => shape(subject)))], ['* your parcel waits']);
    assert.equal(shape('ada.lovelace@corp.example, your parcel waits'), '@ your parcel waits');
    assert.equal(shape('Ada_Lovelace: x', [{ name: '', address: 'ada_lovelace@corp.example' }]), '* x');
    assert.equal(shape('Adaptation of your parcel'), 'adaptation of your parcel');
  });

  it('knows the recipient’s domain with hyphens and digits in it, and tells it from what only ends or begins like it', () => {
    const of = (domain: string, subject: string) => shape(subject, [{ name: '', address: `x@${domain}` }]);
    assert.equal(of('pay-desk-2.example', 'pay-desk-2.example: your parcel waits'), '* your parcel waits');
    assert.equal(of('corp.example', 'mail.corp.example, corp.example. corp.exampleの'), 'mail * の');
    for (const domain of ['on.com', 'azon.com', 'amazon.co', 'amazon.com.br']) {
      assert.equal(of(domain, 'Your amazon.com order'), 'your amazon com order', domain);
    }
    assert.equal(of('corp.co', 'my.corp.co.uk waits'), 'my corp co uk waits');
  });

  it('has no part that nobody sees', () => {
    assert.equal(shape('\u26a0\ufe0f Inv\u034foice over\u3164due'), 'invoice overdue');
    assert.equal(hasWords(shape('\u26a0\ufe0f')), false);
  });

  it('keeps words that are also what a mailbox of a purpose is called', () => {
    const invoices = [{ name: 'Invoice Team', address: 'invoices@corp.example' }];
    assert.equal(shape('Invoice overdue', invoices), shape('Invoice overdue'));
  });

  it('is no word where the subject has none that others have not', () => {
    for (const subject of [
      null,
      '',
      'Re:',
      '#4711',
      'Ada Lovelace',
      '!!!',
      '2026-11-22',
      'ada.lovelace@corp.example',
    ]) {
      assert.equal(hasWords(shape(subject)), false, String(subject));
    }
    assert.equal(hasWords(shape('Hello')), true);
  });

  it('is found in bounded time, whatever a sender writes', () => {
    const hostile = [
      'Re:'.repeat(50_000),
      '@'.repeat(100_000),
      'a@'.repeat(50_000),
      '\u0301'.repeat(100_000),
      'ﷺ'.repeat(50_000),
    ];
    for (const subject of hostile) assert.ok(shape(subject).length <= 1_000);
  });
});

describe('a forward', () => {
  it('is told by the mark before its subject, not by that of a reply', () => {
    for (const subject of [
      ...['Fwd: x', 'FW: x', 'WG: x', 'TR : x', '转发：x', 'FW[2]: x'],
      ...['[EXTERNAL] Fwd: x', ' [SPAM][Ext]WG: x'],
    ])
      assert.equal(isForward(subject), true, subject);
    for (const subject of ['Re: x', 'AW: x', '[EXTERNAL] x', '[EXT] Re: x', 'forward: x', 'x', '', null])
      assert.equal(isForward(subject), false);
  });
});
