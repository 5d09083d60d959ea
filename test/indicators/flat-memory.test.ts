import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { extract } from '../support/extraction.js';
import { rawMail } from '../support/hostile-mails.js';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

const mails = 120;
const fillerChars = 400_000;
const filler = 'Nothing of it is worth to be kept.\r\n'.repeat(Math.ceil(fillerChars / 36));

const places: readonly (readonly [name: string, mail: (number: number) => Buffer])[] = [
  ['a host in its text', (number) => ofType('text/plain', `see warehouse-number-${number}.com today`)],
  ['a URL in its text', (number) => ofType('text/plain', `see https://warehouse-number-${number}.com/a`)],
  ['an address of a network', (number) => ofType('text/plain', `from 2a00:1450:4001:81b:1:2:3:${number}`)],
  ['a shown host', (number) => ofType('text/html', `<a href="https://a.com/">warehouse-number-${number}.com</a>`)],
  ['a defanged host', (number) => ofType('text/plain', `hxxps://warehouse-number-${number}[.]com/a`)],
  [
    'an entity',
    (number) => ofType('application/xhtml+xml', `<?xml version="1.0"?><html>&warehouseNumber${number};</html>`),
  ],
  ['a character set', (number) => ofType(`text/plain; charset=warehouse-number-${number}`, 'a')],
];

function ofType(type: string, text: string): Buffer {
  return rawMail([`Content-Type: ${type}`], `${text}\r\n${filler}`);
}

describe('what a thread remembers of the mails that it has read', () => {
  for (const [name, mail] of places) {
    it(`is not the whole of each that has ${name}`, async () => {
      await extract(mail(0));
      collect();
      const before = process.memoryUsage().heapUsed;
      for (let number = 1; number <= mails; number += 1) await extract(mail(number));
      collect();
      const grownChars = process.memoryUsage().heapUsed - before;
      assert.ok(grownChars < (mails * fillerChars) / 4, `${Math.round(grownChars / 1e6)} MB of ${mails} mails`);
    });
  }
});
