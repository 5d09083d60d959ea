import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileAlertTemplate } from '../../src/templates/alert-template.js';
import { headerCarrier, urlCarrier } from '../../src/templates/carriers.js';
import { compileStructure } from '../../src/templates/structure-template.js';
import { wellFormed } from '../../src/text/well-formed.js';
import { alertDocument } from '../support/soar-documents.js';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '..',
    '.',
    '../..',
    '%2e%2e',
    '/',
    '\\',
    '?',
    '#',
    '&a=b',
    ';',
    '\r\nX: y',
    '\u2028',
    '\ud800',
    '@',
    '//x',
  ),
);
const filled = (Subject: string) => ({ fields: { Subject } });

test('whatever a value holds, it stays one segment, or one parameter, of the URL', () => {
  const template = compileAlertTemplate('/api/{Subject|or:none}/end?q={Subject}&fixed=a b', urlCarrier);
  fc.assert(
    fc.property(anyText, (subject) => {
      const path = template.renderAnyway(filled(subject));
      assert.match(path, /^[\x21-\x7e]+$/);
      const url = new URL(path, 'https://cases.example');
      assert.equal(url.host, 'cases.example');
      assert.equal(url.hash, '');
      assert.deepEqual([...url.searchParams.keys()], ['q', 'fixed']);
      assert.equal(url.searchParams.get('fixed'), 'a b');
      const [, api, middle, end, ...others] = url.pathname.split('/');
      assert.deepEqual([api, end, others], ['api', 'end', []]);
      if (subject.trim() === '' || /^\.{1,2}$/.test(subject)) return;
      assert.equal(decodeURIComponent(middle ?? ''), wellFormed(subject));
      assert.equal(url.searchParams.get('q'), wellFormed(subject));
    }),
  );
});

test('whatever a value holds, no line of a header ends in it', () => {
  const template = compileAlertTemplate('Mail: {Subject}', headerCarrier);
  fc.assert(
    fc.property(anyText, (subject) => {
      const value = template.renderAnyway(filled(subject));
      assert.match(value, /^Mail: [\x20-\x7e]*$/);
      assert.doesNotThrow(() => new Headers({ 'x-mail': value }));
    }),
  );
  assert.ok(template.renderAnyway(filled('x'.repeat(100_000))).length <= 1_100);
});

test('no value makes an address or a header longer than servers take, however many there are of it', () => {
  const hostile = Array.from({ length: 500 }, (_, index) => `https://\u{1f41f}.example/${'ü'.repeat(300)}/${index}`);
  for (const [carrier, most] of [
    [urlCarrier, 2_000],
    [headerCarrier, 1_000],
  ] as const) {
    for (const source of ['{found_url|split:,}', '{found_url}']) {
      const text = compileAlertTemplate(source, carrier).renderAnyway({ fields: { found_url: hostile.join(',') } });
      assert.ok(text.length <= most && text.length > most / 2, `${text.length} characters`);
      assert.doesNotThrow(() => decodeURIComponent(text));
    }
  }
});

test('several values in one place are joined there', () => {
  const values = { fields: { found_url: 'https://a.example/,https://b.example/' } };
  const path = compileAlertTemplate('/{found_url|split:,}', urlCarrier).renderAnyway(values);
  assert.equal(path, '/https%3A%2F%2Fa.example%2F%2C%20https%3A%2F%2Fb.example%2F');
  const header = compileAlertTemplate('{found_url|split:,}', headerCarrier).renderAnyway(values);
  assert.equal(header, 'https://a.example/, https://b.example/');
});

test('whatever a value holds, it is the one text of a structure that it was meant for', () => {
  const template = compileStructure({ a: ['{Subject}', { b: 'x {Subject} y' }], c: '{Subject|number}' });
  fc.assert(
    fc.property(anyText, (subject) => {
      const document = alertDocument(1, { events: [{ Subject: subject }] });
      const { a, c } = JSON.parse(JSON.stringify(template(document)));
      const text = subject.trim() === '' ? '' : subject;
      assert.deepEqual(a, [text, { b: `x ${text} y` }]);
      assert.ok(c === null || Number.isFinite(c));
    }),
  );
});
