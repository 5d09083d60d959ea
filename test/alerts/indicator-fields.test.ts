import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildAlert } from '../../src/alerts/build-alert.js';
import { withoutExcluded } from '../../src/alerts/without-excluded.js';
import { excludeSchema } from '../../src/indicators/exclude/config.js';
import { Exclusion } from '../../src/indicators/exclude/exclusion.js';
import type { Extraction } from '../../src/indicators/types.js';
import { extract } from '../support/extraction.js';

const mail = [
  'Authentication-Results: mx.corp.example; spf=fail smtp.mailfrom=evil.example; dkim=none; dmarc=fail',
  'Received: from evil (unknown [203.0.113.77]) by mx.corp.example; Mon, 2 Nov 2026 08:00:00 +0000',
  'Authentication-Results: mx.corp.example; spf=pass; dkim=pass; dmarc=pass; arc=pass',
  'Return-Path: <bounce@mailer.example>',
  'Delivered-To: jane@corp.example',
  'From: "boss@corp.example" <x@evil.example>',
  'Reply-To: y@other.example',
  'To: soc@corp.example',
  'Subject: Fwd: Pay',
  'Message-ID: <1@evil.example>',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'See https://www.corp.example/ and https://pay.evil.example/a,b and 203[.]0[.]113[.]9 CVE-2024-3094',
  'to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa, ask help@corp.example or z@third.example.',
  '',
  '-----Original Message-----',
  'From: First <first@evil.example>',
  'Sent: Monday',
  'Subject: One',
  '',
  'https://one.example/ https://www.corp.example/',
  '',
  '-----Original Message-----',
  'From: Second <second@evil.example>',
  'Sent: Tuesday',
  'Subject: Two',
  '',
  'https://two.example/',
  '',
].join('\r\n');

function eventOf(extraction: Extraction, authserv?: string) {
  const numbers = { receivedAtMs: 0, priority: 60 };
  const names = { alertId: 'a', ticketId: 't', environment: 'e' };
  return buildAlert({ ...names, ...numbers, extraction, authserv }).events[0] ?? {};
}

describe('the event of an alert', () => {
  it('tells indicators, senders, servers on the way and the mails that the mail carries', async () => {
    const event = eventOf(await extract(mail));
    const expected = {
      found_ip: '203.0.113.9',
      found_wallet: '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa',
      found_cve: 'CVE-2024-3094',
      found_email: 'help@corp.example,z@third.example,first@evil.example,second@evil.example',
      found_host: 'www.corp.example,pay.evil.example',
      received_ip: '203.0.113.77',
      reply_to: 'y@other.example',
      return_path: 'bounce@mailer.example',
      envelope_to: 'jane@corp.example',
      orig_count: '2',
      orig_from: 'First <first@evil.example>',
      orig_subject: 'One',
      orig_date: 'Monday',
      orig_url: 'https://www.corp.example/,https://one.example/',
      orig_from_2: 'Second <second@evil.example>',
      orig_subject_2: 'Two',
      orig_date_2: 'Tuesday',
      orig_url_2: 'https://two.example/',
    };
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, event[key]])), expected);
    for (const words of [/Reply-To/, /Return-Path/, /another mail address/]) assert.match(event.findings ?? '', words);
    assert.ok(!('auth_spf' in event) && !('orig_message_id' in event) && !('found_hash' in event));
  });

  it('tells what the configured host reported, and nothing of what was forged below it', async () => {
    const event = eventOf(await extract(mail), 'mx.corp.example');
    assert.deepEqual(
      [event.auth_spf, event.auth_dkim, event.auth_dmarc, event.auth_arc],
      ['fail', 'none', 'fail', undefined],
    );
    const other = eventOf(await extract(mail), 'mx2.corp.example');
    assert.equal(other.auth_results, 'none of mx2.corp.example');
    assert.ok(!('auth_spf' in other));
  });

  it('leaves out what is excluded and says so, while the extraction stays as it was', async () => {
    const extraction = await extract(mail);
    const before = structuredClone(extraction);
    const exclusion = new Exclusion(excludeSchema.parse({ domains: ['corp.example'], cidr: ['203.0.113.0/28'] }), []);
    const event = eventOf(withoutExcluded(extraction, exclusion));
    assert.deepEqual(extraction, before);
    assert.ok(!event.found_url?.includes('corp.example'));
    assert.equal(event.found_host, 'pay.evil.example');
    assert.equal(event.found_email, 'z@third.example,first@evil.example,second@evil.example');
    assert.equal(event.orig_url, 'https://one.example/');
    assert.ok(!('found_ip' in event) && !('envelope_to' in event));
    assert.match(
      event.findings ?? '',
      /Left out: 1 URL and \d other indicators on corp\.example \(exclude\.domains\), 1 other indicator on 203\.0\.113\.0\/28/,
    );
  });

  it('is the same where nothing is excluded', async () => {
    const extraction = await extract(mail);
    assert.equal(withoutExcluded(extraction, new Exclusion(excludeSchema.parse({}), [])), extraction);
  });
});
