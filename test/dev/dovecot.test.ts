import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { startDovecot } from '../../src/dev/dovecot.js';
import { rawMail } from '../support/dovecot.js';

describe('a Dovecot of our own', () => {
  it('keeps mail, numbering and certificate when started again with the same folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lurewatch-dovecot-'));
    const options = { folder, users: { demo: 'a:b"c' } };
    try {
      const first = await startDovecot(options);
      const [uid = ''] = await first.mailboxes.append('demo', 'INBOX', [{ raw: rawMail('kept'), flags: ['\\Seen'] }]);
      await first.stop();
      const second = await startDovecot(options);
      try {
        assert.ok((await second.mailboxes.flags('demo', 'INBOX')).get(uid)?.includes('\\Seen'));
        assert.equal(second.caFile, first.caFile);
      } finally {
        await second.stop();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGINT'] as const) {
    it(`ends when the process that started it ends by ${signal}`, async () => {
      const code = `
        import { startDovecot } from ${JSON.stringify(new URL('../../src/dev/dovecot.js', import.meta.url).href)};
        const { imapPort } = await startDovecot({ users: { demo: 'demo' } });
        console.log(imapPort);
        setInterval(() => {}, 1000);
      `;
      // What a killed process leaves in its temporary folder goes with that. Dovecot's own users walk through it.
      const temporary = await mkdtemp(join(tmpdir(), 'lw-'));
      await chmod(temporary, 0o755);
      const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, TMPDIR: temporary },
      });
      try {
        const port = Number(await firstLine(parent));
        assert.ok(await accepts(port));
        parent.kill(signal);
        await once(parent, 'exit');
        const deadline = Date.now() + 10_000;
        while (await accepts(port)) assert.ok(Date.now() < deadline, 'it still listens');
      } finally {
        parent.kill('SIGKILL');
        await rm(temporary, { recursive: true, force: true });
      }
    });
  }
});

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no output');
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error('it printed nothing');
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => socket.destroy() && resolve(true));
    socket.once('error', () => resolve(false));
  });
}
