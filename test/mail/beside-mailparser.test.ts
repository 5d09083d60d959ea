import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AddressObject, simpleParser } from 'mailparser';
import { demoMails } from '../../src/demo/samples.js';
import { addHtmlUrls } from '../../src/indicators/html-urls.js';
import { addTextUrls } from '../../src/indicators/text-urls.js';
import { UrlList } from '../../src/indicators/url-list.js';
import { extract, urlsOf } from '../support/extraction.js';

function addressesOf(field: AddressObject | AddressObject[] | undefined): readonly string[] {
  const objects = field === undefined ? [] : [field].flat();
  return objects.flatMap(({ value }) => value.map(({ address = '' }) => address.toLowerCase()));
}

function urlsIn(text: string | undefined, html: string | false): readonly string[] {
  const list = new UrlList();
  addTextUrls(text ?? '', list);
  if (html) addHtmlUrls(html, list);
  return list.urls.map(({ url }) => url);
}

describe('reading a message, beside mailparser', () => {
  for (const { name, raw } of demoMails()) {
    it(`gives the same for ${name}`, async () => {
      const theirs = await simpleParser(raw);
      const ours = await extract(raw);
      assert.equal(ours.subject, theirs.subject ?? null);
      assert.deepEqual(ours.fromAddresses, addressesOf(theirs.from));
      assert.deepEqual(ours.toAddresses, addressesOf(theirs.to));
      assert.deepEqual(
        ours.attachments.filter(({ from }) => from === undefined).map(({ fileName }) => fileName),
        theirs.attachments.map(({ filename = null }) => filename),
      );
      const found = new Set(urlsOf(ours));
      assert.deepEqual(
        urlsIn(theirs.text, theirs.html).filter((url) => !found.has(url)),
        [],
      );
    });
  }
});
