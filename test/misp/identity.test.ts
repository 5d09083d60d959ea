import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { v5 } from 'uuid';
import { eventUuid, feedEventUuid, namedUuid } from '../../src/misp/identity.js';

test('a named UUID is that of RFC 9562 §5.5', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.uuid(), (name, namespace) => {
      assert.equal(namedUuid(name, namespace), v5(name, namespace));
    }),
  );
});

test('the event of a row and that of an alert are the same for ever', () => {
  assert.equal(eventUuid('abcdefghijklmnopqrstuvwxyz'), '1b9ffb43-d9d7-56ec-9b64-43d91069af13');
  assert.equal(
    feedEventUuid('ransomwatch', '["lockbit3","acme.example","2026-03-01 10:00:00"]'),
    '49d80c8c-7ba1-5048-912a-0047c81271db',
  );
});
