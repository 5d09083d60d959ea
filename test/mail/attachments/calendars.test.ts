import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Extraction } from '../../../src/indicators/types.js';
import { attachedUrls, attachmentNamed, mailWith } from '../../support/attachments.js';
import { codesOf, extract, urlsOf } from '../../support/extraction.js';

function calendar(lines: readonly string[], name = 'invite.ics'): Promise<Extraction> {
  const text = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VEVENT', ...lines, 'END:VEVENT', 'END:VCALENDAR', ''];
  return extract(mailWith([{ name, bytes: Buffer.from(text.join('\r\n')) }]));
}

describe('an attached calendar', () => {
  const places: readonly (readonly [string, readonly string[]])[] = [
    ['a description, folded', ['DESCRIPTION:Join\\nhttps://a.exam', ' ple/join?x=1\\, or else']],
    ['a description folded within a letter', ['DESCRIPTION:\u00fc https://a.exam', '\tple/join?x=1 x']],
    ['a location', ['LOCATION:https://a.example/join?x=1']],
    ['its URL', ['URL:https://a.example/join?x=1']],
    ['an attachment by name', ['ATTACH;FMTTYPE=application/pdf:https://a.example/join?x=1']],
    ['a conference', ['CONFERENCE;VALUE=URI;FEATURE=AUDIO:https://a.example/join?x=1']],
    ['another form of a text', ['SUMMARY;ALTREP="https://a.example/join?x=1":Hello']],
    ['HTML', ['X-ALT-DESC;FMTTYPE=text/html:<html><body><a href="https://a.example/join?x=1">x</a>']],
    ['quoted-printable', ['DESCRIPTION;ENCODING=QUOTED-PRINTABLE:see https://a.example/=', 'join?x=3D1 x']],
    ['quoted-printable of vCalendar 1.0', ['DESCRIPTION;QUOTED-PRINTABLE:see https:=2F/a.example/join?x=3D1']],
    ['a line that is no property', ['https://a.example/join?x=1']],
  ];
  for (const [what, lines] of places) {
    it(`is searched: ${what}`, async () => {
      const extraction = await calendar(lines);
      assert.deepEqual(attachedUrls(extraction), ['attachment 2 https://a.example/join?x=1']);
      assert.deepEqual(codesOf(extraction), []);
    });
  }

  it('gives the addresses of those invited, and no ids', async () => {
    const extraction = await calendar([
      'UID:040000-id@google.com',
      'ORGANIZER;CN=Boss:mailto:boss@evil.example',
      'ATTENDEE;CN="Doe; Jane":MAILTO:jane@corp.example',
      'TZURL:http://tzurl.org/zoneinfo/Europe/Berlin',
    ]);
    const mails = extraction.indicators
      ?.filter(({ type }) => type === 'email')
      .map(({ value, role }) => `${role} ${value}`);
    assert.deepEqual(mails, ['body boss@evil.example', 'body jane@corp.example']);
    assert.deepEqual(attachedUrls(extraction), []);
  });

  it('has its files looked into', async () => {
    const page = Buffer.from('<html><a href="https://inner.example/">x</a>').toString('base64');
    const extraction = await calendar([
      `ATTACH;FMTTYPE=text/html;ENCODING=BASE64;VALUE=BINARY;X-FILENAME="a.html":${page}`,
      `IMAGE;VALUE=URI:data:text/html;base64,${page}`,
    ]);
    assert.deepEqual(attachedUrls(extraction), ['attachment 2/invite.ics!a.html https://inner.example/']);
    assert.equal(attachmentNamed(extraction, 'image2').type, 'text/html');
  });

  it('may be a card of a person, and stand in the mail without a name', async () => {
    const card = ['BEGIN:VCARD', 'item1.URL:https://card.example/', 'NOTE:www.note-host.com', 'END:VCARD'].join('\n');
    const named = await extract(mailWith([{ name: 'a.vcf', bytes: Buffer.from(card) }]));
    assert.deepEqual(urlsOf(named).slice(1).sort(), ['http://www.note-host.com/', 'https://card.example/']);
    assert.equal(named.attachments[0]?.type, 'text/vcard');
    const inline = `MIME-Version: 1.0\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nURL:https://inl\r\n ine.example/\r\nEND:VCALENDAR\r\n`;
    assert.deepEqual(urlsOf(await extract(inline)), ['https://inline.example/']);
  });

  it('of a hundred thousand lines is cut', async () => {
    const extraction = await calendar(Array.from({ length: 100_000 }, (_, index) => `X-A:${index}`));
    assert.deepEqual(codesOf(extraction), ['file-cut']);
  });
});
