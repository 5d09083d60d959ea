import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Lab, mailPassword, type Site } from '../support/lab.js';
import { startMispServer } from '../support/misp-server.js';
import { failureOf, withSiemplify } from '../support/soar-labs.js';

const key = { file: './soar-key' };

/** docs/drills/key-leaked.md: with a key that is no longer valid nothing is lost; with the new one all go on. */
export async function keyLeaked(site: Site): Promise<void> {
  const misp = await startMispServer();
  try {
    await withSiemplify(
      site,
      async (lab, soar) => {
        const write = (name: string, value: string) => writeFile(join(lab.folder, name), `${value}\n`);
        const changed = (name: string, value: string) => write(name, value).then(() => lab.worker());
        await write('soar-key', soar.appKey);
        await write('misp-key', misp.key);
        await lab.configure({ misp: { url: misp.url, insecure: true, key: { file: './misp-key' }, timeout: '5s' } });
        await lab.deliver(lab.mails(2));
        const first = await lab.worker();
        assert.equal((await lab.ingest()).delivered, 2);

        // At the SOAR: the old key is withdrawn. The worker goes on with it until it is restarted.
        Object.assign(soar, { appKey: 'a-new-key-of-the-soar' });
        await lab.deliver(lab.mails(4).slice(2));
        await refused(lab, 'LW_TARGET_AUTH');
        assert.deepEqual([soar.caseCount, misp.events.size], [2, 4], 'MISP got its events all the same');
        await first.stop();
        const second = await changed('soar-key', soar.appKey);
        await lab.settled();
        assert.equal(soar.caseCount, 4);
        await second.stop();

        // The other way round: MISP's key is wrong, and the SOAR gets what it should.
        await lab.deliver(lab.mails(5).slice(4));
        const third = await changed('misp-key', 'withdrawn');
        await refused(lab, 'LW_MISP_AUTH');
        assert.equal(soar.caseCount, 5);
        await third.stop();
        await changed('misp-key', misp.key);
        await lab.settled();
        assert.deepEqual([soar.caseCount, misp.events.size], [5, 5]);
        for (const [id, times] of soar.arrivals) assert.ok(times <= 2, `${id} came ${times} times`);
      },
      { target: { key } },
    );
  } finally {
    await misp.close();
  }
}

/** The mail stays unread, and nothing is held: no single mail is to blame. */
async function refused(lab: Lab, code: string): Promise<void> {
  const unread = (await lab.unread()).length;
  const failure = await failureOf(lab.ingest());
  assert.equal(failure.code, code, failure.message);
  assert.equal((await lab.unread()).length, unread);
  assert.deepEqual(await lab.openWorkflows('deliverMessage'), []);
}

/** A password of the mailbox that is no longer valid: polls say so at once, and nothing is read. */
export async function passwordLeaked(site: Site): Promise<void> {
  await withSiemplify(site, async (lab, soar) => {
    const password = (value: string) => writeFile(join(lab.folder, 'password'), `${value}\n`);
    await lab.configure({ mailboxes: { soc: lab.mailbox('soc', { password: { file: './password' } }) } });
    await password('the old one');
    await lab.deliver(lab.mails(2));
    const first = await lab.worker();
    const failure = await failureOf(lab.ingest());
    assert.equal(failure.code, 'LW_MAIL_AUTH', failure.message);
    await first.stop();
    await password(mailPassword);
    await lab.worker();
    assert.equal((await lab.ingest()).delivered, 2);
    assert.equal(soar.caseCount, 2);
  });
}
