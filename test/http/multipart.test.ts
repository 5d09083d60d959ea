import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formBody } from '../../src/http/multipart.js';

test('a form is read as it was written, whatever stands in its files', async () => {
  const hostile = Buffer.from(
    '\r\n--lurewatch-\r\ncontent-disposition: form-data; name="last"\r\n\r\nfalse\r\n--\xff\0',
    'latin1',
  );
  const { contentType, body } = formBody([
    { name: 'last', content: 'ä' },
    { name: 'file', content: hostile, contentType: 'message/rfc822', fileName: 'a.eml' },
  ]);
  const form = await new Response(body, { headers: { 'content-type': contentType } }).formData();
  assert.deepEqual([...form.keys()], ['last', 'file']);
  assert.equal(form.get('last'), 'ä');
  const file = form.get('file');
  assert.ok(file instanceof File);
  assert.deepEqual([file.name, file.type], ['a.eml', 'message/rfc822']);
  assert.deepEqual(Buffer.from(await file.arrayBuffer()), hostile);
});

test('nobody can tell beforehand what ends a part', () => {
  const types = [1, 2].map(() => formBody([{ name: 'a', content: '' }]).contentType);
  assert.notEqual(types[0], types[1]);
});
