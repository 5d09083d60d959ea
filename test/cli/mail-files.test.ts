import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type MailInFile, mailsOf } from '../../src/cli/mail-files.js';
import { inFolder } from '../support/folder.js';

async function read(content: string | Buffer, mostBytes = 1_000_000): Promise<[string, string][]> {
  return inFolder(async (folder) => {
    const file = join(folder, 'mail');
    await writeFile(file, content);
    const mails: MailInFile[] = [];
    for await (const mail of mailsOf(file, mostBytes)) mails.push(mail);
    return mails.map(({ name, bytes }) => [name.slice(file.length), bytes.toString('latin1')]);
  });
}

const from = 'From a@b.example Mon Nov  2 08:00:00 2026';

describe('the mails of a file', () => {
  it('are one where it is no mbox, whatever its lines say', async () => {
    const mail = `Subject: x\n\n${from}\n\n${from}\n`;
    assert.deepEqual(await read(mail), [['', mail]]);
  });

  it('are those of an mbox, each with its number', async () => {
    const mbox = `${from}\nSubject: 1\n\nOne\n\n${from}\r\nSubject: 2\r\n\r\nTwo\r\n\r\nFrom - Mon Nov 02 08:00:00 2026\nSubject: 3\n\nThree`;
    assert.deepEqual(await read(mbox), [
      ['#1', 'Subject: 1\n\nOne\n\n'],
      ['#2', 'Subject: 2\r\n\r\nTwo\r\n\r\n'],
      ['#3', 'Subject: 3\n\nThree'],
    ]);
  });

  it('have no number where the mbox holds one', async () => {
    assert.deepEqual(await read(`${from}\nSubject: 1\n\nOne\n`), [['', 'Subject: 1\n\nOne\n']]);
  });

  it('are not separated by sentences, nor in the middle of a paragraph, and lose their quote marks', async () => {
    const body = `Subject: 1\n\nFrom here it goes on\n\nFrom here on.\nx\n${from}\n>From me\n>>From you\n> From\n`;
    const unquoted = body.replace('>From me', 'From me').replace('>>From you', '>From you');
    assert.deepEqual(await read(`${from}\n${body}`), [['', unquoted]]);
  });

  it('are cut each at the limit, and one byte more is given', async () => {
    const mbox = `${from}\n${'a'.repeat(50)}\n\n${from}\nb\n`;
    assert.deepEqual(await read(mbox, 10), [
      ['#1', 'a'.repeat(11)],
      ['#2', 'b\n'],
    ]);
    assert.deepEqual(await read('c'.repeat(50), 10), [['', 'c'.repeat(11)]]);
  });

  it('are one, without content, in an empty file', async () => {
    for (const content of ['', 'F', 'From']) assert.deepEqual(await read(content), [['', content]]);
  });

  it('come back as they went into an mbox of any length', async () => {
    // Longer than a chunk of the file, so that separators lie across its borders.
    const line = fc.constantFrom('Subject: x', '', 'text', 'x'.repeat(7000), '>quoted');
    const mail = fc.array(line, { minLength: 1, maxLength: 30 }).map((lines) => `S: x\n${lines.join('\n')}\n\n`);
    await fc.assert(
      fc.asyncProperty(fc.array(mail, { minLength: 2, maxLength: 6 }), async (mails) => {
        const found = await read(mails.map((one) => `${from}\n${one}`).join(''));
        assert.deepEqual(
          found,
          mails.map((one, index) => [`#${index + 1}`, one]),
        );
      }),
      { numRuns: 40 },
    );
  });
});
