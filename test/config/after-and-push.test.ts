import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { imapMailboxSchema } from '../../src/config/schema.js';
import { afterOf } from '../../src/mail/imap/after-config.js';
import { configMistakes } from '../support/config-mistakes.js';

const soc = { host: 'h', username: 'u', password: { env: 'P' } };

async function mistakeIn(lines: string): Promise<string> {
  const [first = '', ...others] = await configMistakes(`mailboxes:
  soc: { host: h, username: u, password: { env: P }, targets: [cases], ${lines} }
targets: { cases: { kind: file, path: ./cases } }
`);
  assert.deepEqual(others, []);
  return first;
}

describe('after and push of a mailbox', () => {
  it('are what they were before where nobody writes them', () => {
    const { push, after, read } = imapMailboxSchema.parse(soc);
    assert.deepEqual([push, after, afterOf({ read, after })], ['none', undefined, { kind: 'read' }]);
    assert.deepEqual(afterOf({ read: 'new', after: undefined }), { kind: 'nothing' });
  });

  it('take what a mail server can do', () => {
    for (const [after, kind] of [
      ['read', { kind: 'read' }],
      ['delete', { kind: 'delete' }],
      [{ move: 'Done' }, { kind: 'move', folder: 'Done', create: false }],
      [{ flag: '$Lurewatch' }, { kind: 'flag', flag: '$Lurewatch' }],
      [{ flag: '\\Flagged' }, { kind: 'flag', flag: '\\Flagged' }],
    ] as const) {
      assert.deepEqual(afterOf(imapMailboxSchema.parse({ ...soc, after })), kind);
    }
  });

  for (const [what, lines, expected] of [
    ['a word that is none', 'after: deleted', /after: .*did you mean `delete`/],
    ['a key that is none', 'after: { mvoe: Done }', /after\.mvoe: unknown key; did you mean `move`/],
    ['two at once', 'after: { move: Done, flag: $Done }', /either `move` or `flag`/],
    ['a folder to make for a flag', 'after: { flag: $Done, create: true }', /`create` is for `move` alone/],
    ['a flag that would mean something else', 'after: { flag: "\\\\Deleted" }', /must be a keyword like \$Lurewatch/],
    ['a flag with a space', 'after: { flag: "is done" }', /must be a keyword/],
    ['nothing with unread mail', 'after: nothing', /`nothing` needs `read: new`/],
    ['a move into the folder that is read', 'folders: [inbox], after: { move: INBOX }', /the very folder that is read/],
    ['a move into it by another name for it', 'folders: [done], after: { move: Done }', /the very folder that is read/],
    ['a push that is none', 'push: idel', /push: `idel` is unknown.*did you mean `idle`/],
  ] as const) {
    it(`refuse ${what}`, async () => assert.match(await mistakeIn(lines), expected));
  }

  it('are for IMAP: a Maildir only marks as read', async () => {
    const [after = '', push = ''] = await configMistakes(
      'mailboxes: { m: { kind: directory, path: ., targets: [c], after: delete, push: idle } }\ntargets: { c: { kind: file, path: c } }\n',
    );
    assert.match(after + push, /after: .*must be read.*push: unknown key|push: unknown key.*after: .*must be read/s);
  });

  it('refuse to take mails away from another mailbox that reads the same folder', async () => {
    const both = (after: string, others: string) =>
      configMistakes(`mailboxes:
  one: { host: h, username: u, password: { env: P }, targets: [cases], after: ${after} }
  two: { host: h, username: u, password: { env: P }, targets: [cases], ${others} }
targets: { cases: { kind: file, path: ./cases } }
`);
    for (const after of ['delete', '{ move: Done }']) {
      const [first = '', ...more] = await both(after, 'folders: [Other, inbox]');
      assert.match(first, /mailboxes\.one\.after: takes mails away from mailbox `two`, which reads the same folder/);
      assert.deepEqual(more, []);
    }
    assert.deepEqual(await both('delete', 'folders: [Other]'), []);
    assert.deepEqual(await both('read', 'folders: [INBOX]'), []);
  });
});
