import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { htmlText } from '../../src/indicators/observables/html-text.js';
import { scanHeaders } from '../../src/mail/headers.js';
import { attachedOriginal, findInlineOriginals } from '../../src/mail/original-mail.js';
import { growth } from '../support/processor-time.js';

function originals(text: string) {
  return findInlineOriginals(text).map(({ from, subject, date }) => [from, subject, date]);
}

const bank = ['Bank <no-reply@bank.example>', 'Your account', 'Monday, 2 November 2026 08:00'];

describe('a mail forwarded in text', () => {
  const cases: Readonly<Record<string, string>> = {
    'by Outlook':
      'Is this real?\r\n\r\n-----Original Message-----\r\nFrom: Bank <no-reply@bank.example>\r\nSent: Monday, 2 November 2026 08:00\r\nTo: Jane Doe\r\nSubject: Your account\r\n\r\nClick https://x.example/\r\n',
    'by Outlook without a line before':
      '________________________________\nFrom: Bank <no-reply@bank.example>\nSent: Monday, 2 November 2026 08:00\nTo: a@b.example; c@d.example;\n e@f.example\nSubject: Your account\n\nClick',
    'by Gmail':
      'fyi\n\n---------- Forwarded message ---------\nFrom: Bank <no-reply@bank.example>\nDate: Monday, 2 November 2026 08:00\nSubject: Your account\nTo: <jane@corp.example>\n\n\nClick',
    'by Apple Mail':
      'Begin forwarded message:\n\n> From: Bank <no-reply@bank.example>\n> Subject: Your account\n> Date: Monday, 2 November 2026 08:00\n> To: jane@corp.example\n> Reply-To: x@y.example\n>\n> Click',
    'by Thunderbird':
      '-------- Forwarded Message --------\nSubject: \tYour account\nDate: \tMonday, 2 November 2026 08:00\nFrom: \tBank <no-reply@bank.example>\nTo: \tjane@corp.example\n\nClick',
    'with bold labels':
      '*From:* Bank <no-reply@bank.example>\n*Sent:* Monday, 2 November 2026 08:00\n*To:* x\n*Subject:* Your account\n\nClick',
    'in German':
      '-----Ursprüngliche Nachricht-----\nVon: Bank <no-reply@bank.example>\nGesendet: Monday, 2 November 2026 08:00\nAn: Jane\nBetreff: Your account\n\nKlick',
    'in German by Apple Mail':
      'Anfang der weitergeleiteten Nachricht:\n\nVon: Bank <no-reply@bank.example>\nBetreff: Your account\nDatum: Monday, 2 November 2026 08:00\nAn: x',
    'in French':
      '-----Message d’origine-----\nDe : Bank <no-reply@bank.example>\nEnvoyé : Monday, 2 November 2026 08:00\nÀ\u00a0: Jane\nObjet\u00a0: Your account\n\nCliquez',
    'in Spanish':
      '-----Mensaje original-----\nDe: Bank <no-reply@bank.example>\nEnviado el: Monday, 2 November 2026 08:00\nPara: Jane\nAsunto: Your account\n\nHaga clic',
    'in Japanese':
      '-----元のメッセージ-----\n差出人: Bank <no-reply@bank.example>\n送信日時： Monday, 2 November 2026 08:00\n宛先: Jane\n件名：Your account\n\nこちら',
    'as quoted':
      '> > From: Bank <no-reply@bank.example>\n> > Sent: Monday, 2 November 2026 08:00\n> > To: x\n> > Subject: Your account\n',
    'as HTML': htmlText(
      '<p>See:</p><div style="border-top:solid"><p><b>From:</b> Bank &lt;no-reply@bank.example&gt;<br><b>Sent:</b> Monday, 2 November 2026 08:00<br><b>To:</b> x<br><b>Subject:</b> Your account</p></div><p>Click</p>',
    ).text,
    'as an HTML table': htmlText(
      '<div>-------- Forwarded Message --------<table><tr><th>Subject: </th><td>Your account</td></tr><tr><th>Date: </th><td>Monday, 2 November 2026 08:00</td></tr><tr><th>From: </th><td>Bank &lt;no-reply@bank.example&gt;</td></tr></table>',
    ).text,
  };
  for (const [what, text] of Object.entries(cases))
    it(`${what} is found`, () => assert.deepEqual(originals(text), [bank]));

  it('with others is found with them, each up to where the next begins', () => {
    const one = cases['by Gmail'] ?? '';
    const text = `${one}\n\n${cases['in German']}\n\n${one.replace('Your account', 'Third')}`;
    const found = findInlineOriginals(text);
    assert.deepEqual(
      found.map(({ subject }) => subject),
      ['Your account', 'Your account', 'Third'],
    );
    assert.deepEqual(
      found.map(({ start, end }, index) => start < end && (found[index + 1]?.start ?? text.length) === end),
      [true, true, true],
    );
    assert.ok(text.slice(found[2]?.start).startsWith('From: Bank'));
  });

  for (const [what, text] of [
    ['a list of things', 'From: here\nto there\nSubject: to change\n'],
    ['a sender alone', 'From: Jane\n\nHello, Subject: x'],
    ['a letter', 'To: whom it may concern\nSubject: Application\n\nDear …'],
    ['words that begin a line', 'An: der Elbe\nDe: tout\nA: b\nSubject: x'],
    ['a marker with nothing behind', '-----Original Message-----\n\nHello\nSubject: x'],
  ] as const) {
    it(`${what} is none`, () => assert.deepEqual(originals(text), []));
  }

  it('of any text gives at most twenty, within the text', () => {
    const line = fc.constantFrom(
      'From: a',
      'Von: b',
      'Subject: c',
      '件名：d',
      'Sent: e',
      'To: f',
      '-----Original Message-----',
      '',
      '> ',
      'x',
      ':',
      '*',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(line, { maxLength: 300 }).map((all) => all.join('\n')),
          fc.string({ unit: 'binary' }),
        ),
        (text) => {
          const found = findInlineOriginals(text);
          assert.ok(found.length <= 20);
          for (const { start, end } of found) assert.ok(start >= 0 && start < end && end <= text.length);
        },
      ),
      { numRuns: 300 },
    );
  });

  for (const piece of [
    'From: a\n',
    '\n',
    '> ',
    'Subject: ',
    '-----Original Message-----\n',
    'From: a\nSubject:\n',
    '****',
    '- ',
  ]) {
    it(`takes time linear in the text: ${JSON.stringify(piece)}`, () => {
      const times = growth((chars) => findInlineOriginals(`Subject: x\n${piece.repeat(chars / piece.length)}`));
      assert.ok(times < 64, `16 times the input costs ${times.toFixed(0)} times as much`);
    });
  }
});

describe('an attached mail', () => {
  it('gives what its own header says, decoded', () => {
    const header =
      'From: =?utf-8?Q?B=C3=A4nk?= <a@bank.example>\r\nTo: jane@corp.example\r\nSubject: =?utf-8?B?WW91ciBhY2NvdW50?=\r\nDate: Mon, 2 Nov 2026 08:00:00 +0000\r\nMessage-ID: <1@bank.example>\r\n';
    assert.deepEqual(attachedOriginal(scanHeaders(Buffer.from(header))), {
      how: 'attached',
      from: '"Bänk" <a@bank.example>',
      to: 'jane@corp.example',
      subject: 'Your account',
      messageId: '<1@bank.example>',
      date: 'Mon, 2 Nov 2026 08:00:00 +0000',
      dateMs: Date.UTC(2026, 10, 2, 8),
    });
  });

  it('may have no header at all', () => {
    const nothing = { how: 'attached', from: null, to: null, subject: null, messageId: null, date: null, dateMs: null };
    assert.deepEqual(attachedOriginal([]), nothing);
  });
});
