import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keptBudget } from '../../src/mail/attachments/attachment-sink.js';
import { MessageReader } from '../../src/mail/read-message.js';
import { growth } from '../support/processor-time.js';

const multipart = 'Content-Type: multipart/mixed; boundary=b\r\n';
const places: readonly (readonly [name: string, before: string])[] = [
  ['the header of the mail', 'Subject: x\r\n'],
  ['the header of a part', `${multipart}\r\n--b\r\nContent-Type: text/plain\r\n`],
  ['a part', `${multipart}\r\n--b\r\nContent-Type: text/plain\r\n\r\n`],
  ['the header of a message in it', 'Content-Type: message/rfc822\r\n\r\nSubject: y\r\n'],
];
const units = [
  '\r',
  '\r\r',
  'a\r',
  '\r ',
  '\r:',
  'a: b\r',
  '\r--',
  '\r--b',
  '--b\r',
  '\r\r\n',
  '\n\r',
  '--b\r\n\r',
  'a',
];

function read(raw: string): void {
  const reader = new MessageReader({
    maxDepth: 20,
    prefix: '',
    budget: keptBudget(),
    nameOf: () => null,
    onMessage: () => {},
  });
  reader.write(Buffer.from(raw));
  reader.end();
}

describe('the structure of a mail costs no more than the input grows', () => {
  for (const [place, before] of places) {
    for (const unit of units) {
      it(`in ${place}: ${JSON.stringify(unit)}`, () => {
        const times = growth((bytes) => read(`${before}${unit.repeat(Math.ceil(bytes / unit.length))}x\r\n`));
        assert.ok(times < 64, `16 times the input costs ${times.toFixed(0)} times as much`);
      });
    }
  }
});
