import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { mailboxSchema } from '../../src/config/schema.js';
import { Secret } from '../../src/config/secret.js';
import { createSource } from '../../src/mail/create-source.js';
import { password, rawMail, startTestDovecot, user } from '../support/dovecot.js';

describe('the source of a configured mailbox', () => {
  it('reads a Maildir named relative to the configuration file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lurewatch-source-'));
    try {
      for (const name of ['new', 'cur', 'tmp']) await mkdir(join(folder, 'mail', name), { recursive: true });
      await writeFile(join(folder, 'mail/new/one'), rawMail('one'));
      const config = mailboxSchema.parse({ kind: 'directory', path: './mail' });
      const source = createSource('reports', config, () => assert.fail('asks for no secret'), folder);
      assert.deepEqual((await source.list('INBOX', { which: 'unread' })).uids, ['one']);
      await source.close();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('reads an IMAP mailbox with the secret and the CA file that its configuration names', async () => {
    const dovecot = await startTestDovecot();
    try {
      const { host, imapsPort: port, caFile } = dovecot;
      const config = mailboxSchema.parse({
        ...{ kind: 'imap', host, port, username: user, password: { env: 'SOC_PASSWORD' } },
        ca: `./${basename(caFile)}`,
      });
      const asked: unknown[] = [];
      const secrets = (...question: unknown[]) => {
        asked.push(question);
        return new Secret(password);
      };
      const source = createSource('soc', config, secrets, dirname(caFile));
      assert.equal((await source.check()).findings.length, 2);
      assert.deepEqual(asked, [[{ env: 'SOC_PASSWORD' }, 'mailboxes.soc.password']]);
      await source.close();
    } finally {
      await dovecot.stop();
    }
  });
});
