import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AlertEvent } from '../../src/alerts/types.js';
import { urlsAsFound } from '../../src/alerts/urls-as-found.js';
import { attachedFiles, type ObservableType, observablesOf } from '../../src/soar/observables.js';
import { alertDocument } from '../support/soar-documents.js';

const sha256 = 'a'.repeat(64);

function valuesOf(event: AlertEvent, type: ObservableType): readonly string[] {
  return observablesOf({ events: [event] })
    .filter((observable) => observable.type === type)
    .map(({ value }) => value);
}

describe('the observables of an alert', () => {
  it('are typed by the fields they stand in', () => {
    const event = {
      found_url: 'https://pay.evil.example/a,https://203.0.113.9/',
      found_domain: 'evil.example',
      found_host: 'pay.evil.example',
      found_ip: '203.0.113.9,2001:db8::1',
      found_email: 'help@evil.example',
      found_hash: ['d'.repeat(32), 'e'.repeat(40), sha256, 'f'.repeat(128)].join(','),
      found_wallet: '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa',
      found_cve: 'CVE-2024-3094',
      Subject: 'Pay now',
    };
    const found = observablesOf({ events: [event] }).map(({ type, value }) => `${type} ${value}`);
    assert.deepEqual(found, [
      'url https://pay.evil.example/a',
      'url https://203.0.113.9/',
      'domain evil.example',
      'host pay.evil.example',
      'ip 203.0.113.9',
      'ip 2001:db8::1',
      'email help@evil.example',
      `md5 ${'d'.repeat(32)}`,
      `sha1 ${'e'.repeat(40)}`,
      `sha256 ${sha256}`,
      `sha512 ${'f'.repeat(128)}`,
      'subject Pay now',
      'wallet 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa',
      'cve CVE-2024-3094',
    ]);
  });

  it('are the URLs, and nothing that stands beside them: whoever sends a mail writes the text of its links', () => {
    const event = {
      found_url: 'https://evil.example/',
      found_url_kind: 'click',
      found_url_shown: 'https://bank.example/',
      found_url_original: 'https://wrapping.example/?u=evil.example',
      found_url_part: 'x@evil.example',
    };
    assert.deepEqual(observablesOf({ events: [event] }), [
      { type: 'url', value: 'https://evil.example/', fields: ['found_url'] },
    ]);
  });

  it('stand once each, whatever the fields and mails, and name their fields', () => {
    const events = [
      { SourceUserName: '"The Boss" <x@evil.example>', reply_to: 'x@evil.example', found_url: 'https://a.example/' },
      { SourceUserName: 'x@evil.example', orig_url_2: 'https://a.example/' },
    ];
    assert.deepEqual(observablesOf({ events }), [
      { type: 'email', value: 'x@evil.example', fields: ['SourceUserName', 'reply_to'] },
      { type: 'url', value: 'https://a.example/', fields: ['found_url', 'orig_url_2'] },
    ]);
  });

  it('keep a comma inside a URL encoded where nothing more is known, and give one inside a file name back', () => {
    const event = { found_url: 'https://a.example/b%2Cc', file_name: 'a%2Cb.pdf,,c.zip' };
    assert.deepEqual(valuesOf(event, 'url'), ['https://a.example/b%2Cc']);
    assert.deepEqual(valuesOf(event, 'fileName'), ['a,b.pdf', 'c.zip']);
  });

  it('are the URLs as they were found, with a comma or with an encoded one', () => {
    const found = [
      'https://a.example/b,c',
      'https://b.example/b%2Cc',
      'https://c.example/1,2',
      'https://c.example/1%2C2',
    ];
    const event = {
      found_url: found.map((url) => url.replaceAll(',', '%2C')).join(','),
      orig_url: 'https://a.example/b%2Cc',
      unsubscribe_url: 'https://unknown.example/d%2Ce',
    };
    const observables = observablesOf({ events: [event] }, urlsAsFound(found));
    assert.deepEqual(
      observables.map(({ value, fields }) => `${value} ${fields.join()}`),
      [
        'https://a.example/b,c found_url,orig_url',
        'https://b.example/b%2Cc found_url',
        'https://c.example/1,2 found_url',
        'https://c.example/1%2C2 found_url',
        'https://unknown.example/d%2Ce unsubscribe_url',
      ],
    );
  });

  it('take the address of a sender, not the address that the name pretends', () => {
    const event = { SourceUserName: '"ceo@corp.example" <x@evil.example>, y@evil.example' };
    assert.deepEqual(valuesOf(event, 'email'), ['x@evil.example', 'y@evil.example']);
  });

  it('are none where a field is empty or says something else', () => {
    const event = {
      found_url: '',
      found_hash: 'nothing',
      Subject: '',
      auth_spf: 'pass',
      findings: 'https://x.example',
    };
    assert.deepEqual(observablesOf({ events: [event] }), []);
  });

  it('are found in an alert as it is built', () => {
    const found = observablesOf(alertDocument(1).alert).map(({ type, fields }) => `${type} ${fields.join()}`);
    assert.deepEqual(found, [
      'email SourceUserName',
      'url found_url',
      'url found_url',
      'subject Subject',
      'email DestinationUserName',
    ]);
  });
});

describe('the attached files of an event', () => {
  it('are told row by row, whatever columns there are', () => {
    const event = {
      file_count: '2',
      file_name: 'a%2Cb.pdf,',
      file_type: 'application/pdf,text/plain',
      file_sha256: `,${sha256}`,
    };
    assert.deepEqual(attachedFiles(event), [
      { fileName: 'a,b.pdf', fileType: 'application/pdf' },
      { fileType: 'text/plain', sha256 },
    ]);
    assert.deepEqual(attachedFiles({ Subject: 'no files' }), []);
  });
});
