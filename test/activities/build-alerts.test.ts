import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { documentOf } from '../../src/activities/alert-documents.js';
import { mailboxNamed } from '../../src/activities/dependencies.js';
import { configSchema } from '../../src/config/schema.js';
import { Exclusion } from '../../src/indicators/exclude/exclusion.js';
import { DirectorySource } from '../../src/mail/directory/directory-source.js';
import { FileStore } from '../../src/store/file-store.js';
import { testDependencies } from '../support/dependencies.js';
import { extract } from '../support/extraction.js';
import { inFolder } from '../support/folder.js';
import { messageRecord } from '../support/message-record.js';

const mail = [
  'Authentication-Results: mx.corp.example; spf=fail',
  'From: x@evil.example',
  'Subject: x',
  '',
  'https://evil.example/ https://www.corp.example/ http://203.0.113.9/',
].join('\r\n');

describe('the document of an alert', () => {
  it('leaves out what is excluded from all that is sent, and tells what the own host reported', async () => {
    await inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      const config = configSchema.parse({
        mailboxes: { soc: { kind: 'directory', path: '.', authserv: 'mx.corp.example' } },
        misp: { kind: 'feed', path: './feed', toIds: true },
        exclude: { domains: ['corp.example'] },
      });
      const sources = new Map([['soc', new DirectorySource({ where: 'mailbox soc', path: folder })]]);
      const dependencies = testDependencies(store, { config, sources, exclusion: new Exclusion(config.exclude, []) });
      const document = documentOf(
        dependencies,
        mailboxNamed(dependencies, 'soc'),
        messageRecord,
        await extract(mail),
        't',
      );
      const urls = ['https://evil.example/', 'http://203.0.113.9/'];
      assert.deepEqual(document.urls, urls);
      const [event] = document.alert.events;
      assert.equal(event?.found_url, urls.join(','));
      assert.equal(event?.auth_spf, 'fail');
      assert.match(document.findings.at(-1)?.text ?? '', /^Left out: 1 URL and 2 other indicators on corp\.example/);
      const { Attribute: plain = [], Object: objects = [] } = document.mispEvent ?? {};
      const attributes = [...plain, ...objects.flatMap((object) => object.Attribute)];
      const detected = attributes.filter(({ to_ids }) => to_ids).map(({ value }) => value);
      assert.deepEqual(detected, ['203.0.113.9', ...urls]);
      assert.ok(!JSON.stringify(document).includes('www.corp.example'));
      await store.close();
    });
  });
});
