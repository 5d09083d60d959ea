import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileFields } from '../../src/alerts/file-fields.js';
import type { AttachmentInfo } from '../../src/indicators/types.js';

const invoice: AttachmentInfo = {
  fileName: 'a, b.zip',
  contentType: 'application/octet-stream',
  type: 'application/zip',
  sizeBytes: 3,
  md5: 'a'.repeat(32),
  sha1: 'b'.repeat(40),
  sha256: 'c'.repeat(64),
};
const unnamed: AttachmentInfo = { fileName: null, contentType: 'text/plain', sizeBytes: 0 };

test('names, types and hashes of files stand in the same order, and a comma in a name divides nothing', () => {
  assert.deepEqual(fileFields([invoice, unnamed]), {
    file_count: '2',
    file_name: 'a%2C b.zip,',
    file_type: 'application/zip,text/plain',
    file_md5: `${invoice.md5},`,
    file_sha1: `${invoice.sha1},`,
    file_sha256: `${invoice.sha256},`,
  });
});

test('what no file has is no field, and without files there is none', () => {
  assert.deepEqual(fileFields([unnamed]), { file_count: '1', file_type: 'text/plain' });
  assert.deepEqual(fileFields([]), {});
});

test('of very many files the first stand there, and how many there are', () => {
  const { file_count: count, file_name: names = '' } = fileFields(Array.from({ length: 500 }, () => invoice));
  assert.deepEqual([count, names.split(',').length], ['500', 50]);
});
