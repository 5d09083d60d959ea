import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { alertIdOf, cleanMessageId, identityOf, MessageIdentity } from '../../src/mail/identity.js';

const message = [
  'Received: from a.example',
  'Message-ID: <1@a.example>',
  'Date: Mon, 02 Nov 2026 08:00:00 +0900',
  'From: A <a@a.example>',
  'Subject: folded',
  '\tsubject',
  '',
  'Body',
  '',
].join('\r\n');

function identity(text: string): string {
  return identityOf(Buffer.from(text, 'latin1'));
}

describe('the identity of a message', () => {
  it('is the same for copies that end their lines with CRLF and with LF', () => {
    assert.equal(identity(message), identity(message.replaceAll('\r\n', '\n')));
  });

  it('does not depend on how the bytes arrive', () => {
    const bytes = Buffer.from(`${message}lone\rreturn\r\r\n${'x'.repeat(300)}\r`);
    for (const size of [1, 2, 3, 7, 64]) {
      const whole = new MessageIdentity();
      for (let start = 0; start < bytes.length; start += size) whole.update(bytes.subarray(start, start + size));
      assert.equal(whole.digest(), identityOf(bytes), `chunks of ${size}`);
    }
  });

  it('does not depend on fields that a transport adds', () => {
    const relayed = `Received: by b.example\r\n for <c@c.example>\r\nX-Spam: no\r\n${message}`;
    assert.equal(identity(relayed), identity(message));
  });

  it('keeps field names apart from their case and the blanks before the colon', () => {
    assert.equal(identity(message.replace('Message-ID:', 'MESSAGE-id :')), identity(message));
  });

  const changes: readonly (readonly [string, string])[] = [
    ['the body', message.replace('Body', 'Other')],
    ['the Message-ID', message.replace('1@a', '2@a')],
    ['the Date', message.replace('08:00', '08:01')],
    ['the From', message.replace('A <a@', 'B <a@')],
    ['the Subject', message.replace('folded', 'changed')],
    ['a folded line of the Subject', message.replace('\tsubject', '\tother')],
    ['a repeated field', message.replace('Subject:', 'Subject: first\r\nSubject:')],
    ['a removed field', message.replace(/^Date.*\r\n/m, '')],
    ['text moved from one field to the next', message.replace('folded', 'f').replace('A <a@', 'olded A <a@')],
  ];
  for (const [what, changed] of changes) {
    it(`changes with ${what}`, () => assert.notEqual(identity(changed), identity(message)));
  }

  it('distinguishes two orders of a repeated field', () => {
    assert.notEqual(identity('From: a\r\nFrom: b\r\n\r\n'), identity('From: b\r\nFrom: a\r\n\r\n'));
  });

  it('takes what follows the first empty line for body, headers or not', () => {
    assert.notEqual(identity('Subject: a\r\n\r\nFrom: b\r\n'), identity('Subject: a\r\nFrom: b\r\n\r\n'));
    assert.notEqual(identity('\r\nbody'), identity('\r\nother'));
  });

  it('stands for a message without body, without header, and without anything', () => {
    assert.equal(identity('Subject: a'), identity('Subject: a\r\n\r\n'));
    assert.notEqual(identity('Subject: a'), identity('Subject: b'));
    assert.notEqual(identity('\r\n\r\nbody'), identity(''));
    assert.match(identity(''), /^[0-9a-f]{64}$/);
  });

  it('reads a header of 50 MB without keeping it', () => {
    const whole = new MessageIdentity();
    const chunk = Buffer.alloc(1024 * 1024, 'a');
    const before = process.memoryUsage().arrayBuffers;
    whole.update(Buffer.from('Subject: '));
    for (let count = 0; count < 50; count++) whole.update(chunk);
    assert.ok(process.memoryUsage().arrayBuffers - before < 20 * 1024 * 1024);
    assert.match(whole.digest(), /^[0-9a-f]{64}$/);
  });

  it('never changes: mailboxes and ledgers hold it', () => {
    assert.equal(identity(message), '9ac2e5203dac306394436e8c0a19a3fd15ddff3dd2120e1449a4e7625b0ce1ba');
    assert.equal(alertIdOf(identity(message)), 'tlbokib5vqyghfcdn2gaugnd7u');
  });
});

describe('an alert id', () => {
  it('is the first 26 characters of the digest in base32', () => {
    // RFC 4648 §10: "foobar" is MZXW6YTBOI.
    assert.ok(alertIdOf(Buffer.from('foobar'.padEnd(32, '\0')).toString('hex')).startsWith('mzxw6ytboi'.slice(0, 9)));
    assert.match(alertIdOf('ff'.repeat(32)), /^7{26}$/);
    assert.equal(alertIdOf('00'.repeat(32)), 'a'.repeat(26));
  });
});

describe('a cleaned Message-ID', () => {
  const cases: readonly (readonly [string | null, string | null])[] = [
    ['<a@b.example>', 'a@b.example'],
    [' <CAF+x=y@mail.gmail.com> ', 'CAF+x=y'],
    ['a@b.example', 'a@b.example'],
    ['<a@b.example> (added by relay.example)', 'a@b.example'],
    ['(comment) a@b.example', 'a@b.example'],
    ['<a@b.example', 'a@b.example'],
    ['<a b@c.example>', 'ab@c.example'],
    ['<>', null],
    ['<@mail.gmail.com>', null],
    ['', null],
    [null, null],
  ];
  for (const [raw, cleaned] of cases) {
    it(`of ${JSON.stringify(raw)} is ${JSON.stringify(cleaned)}`, () => assert.equal(cleanMessageId(raw), cleaned));
  }
});
