import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { extractMessage } from '../../src/mail/parse-message.js';

const limits = { sizeBytes: 1_000_000, depth: 10, seconds: 10 };
const person = 'From: "A. Author" <author@university.example>\n';

async function mismatches(header: string): Promise<readonly string[]> {
  const { findings } = await extractMessage(Buffer.from(`${header}Subject: a list\n\nHello\n`), limits);
  return findings.map(({ code }) => code);
}

describe('a mail that came over a mailing list', () => {
  const lists: readonly (readonly [string, string])[] = [
    [
      'Mailman, with an address to bounce to for each recipient',
      'Return-Path: <dev-bounces+soc=corp.com@lists.apache.org>\nTo: dev@lists.apache.org\nDelivered-To: soc@corp.com\n' +
        'List-Id: Development of it <dev.lists.apache.org>\nList-Post: <mailto:dev@lists.apache.org>\nPrecedence: list\n',
    ],
    [
      'Google Groups',
      'Return-Path: <dev+bncBAAB3X7RUCBBQW4ZDGMXAJBK@googlegroups.com>\nList-ID: <dev.googlegroups.com>\n' +
        'Mailing-list: list dev@googlegroups.com; contact dev+owners@googlegroups.com\n',
    ],
    [
      'a sender of newsletters',
      'Return-Path: <bounce-mc.us1_1.2@mail1.atl1.mcsv.net>\nPrecedence: bulk\n' +
        'List-ID: 9f0 mc list\n\t<9f0.1.list-id.mcsv.net>\n',
    ],
    ['a list that gives its address only', 'Return-Path: <x@lists.org>\nList-Post: <mailto:all@lists.org?subject=x>\n'],
    [
      'a list older than all fields of lists',
      'Return-Path: <ilug-admin@linux.ie>\nSender: ilug-admin@linux.ie\nPrecedence: bulk\nTo: ilug@linux.ie\n',
    ],
  ];
  for (const [what, header] of lists)
    it(`of ${what} is no mismatch`, async () => assert.deepEqual(await mismatches(header + person), []));

  const others: readonly (readonly [string, string])[] = [
    ['no list', 'Return-Path: <x@lists.org>\nTo: soc@corp.com\n'],
    ['another one than bounces go to', 'Return-Path: <x@mailer.net>\nList-Id: <all.lists.org>\n'],
    ['nothing but a sender', 'Return-Path: <x@lists.org>\nSender: x@lists.org\n'],
    ['a field that names no host', 'Return-Path: <x@lists.org>\nList-Id: <org>\nList-Post: NO\n'],
    [
      'a list, in the name of the company that it is sent to',
      'Return-Path: <x@lists.org>\nList-Id: <all.lists.org>\nDelivered-To: soc@mail.university.example\n',
    ],
  ];
  for (const [what, header] of others)
    it(`but that names ${what} is one`, async () =>
      assert.deepEqual(await mismatches(header + person), ['return-path-mismatch']));
});
