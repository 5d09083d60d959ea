import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { authenticationFields } from '../../src/alerts/authentication-fields.js';
import { fileFields } from '../../src/alerts/file-fields.js';
import { indicatorFields } from '../../src/alerts/indicator-fields.js';
import { originalFields } from '../../src/alerts/original-fields.js';
import { reportFields } from '../../src/alerts/report-fields.js';
import { indicatorRoles, indicatorTypes } from '../../src/indicators/observables/types.js';
import { authenticationMethods } from '../../src/mail/authentication-results.js';
import { eventFieldNames } from '../../src/templates/alert-names.js';
import { alertTemplateMistakes, compileAlertTemplate } from '../../src/templates/alert-template.js';
import { alertValues } from '../../src/templates/alert-values.js';
import { alertDocument } from '../support/soar-documents.js';

const document = alertDocument(1, { name: 'Invoice 7' });
const values = alertValues(document);
const render = (source: string): string => compileAlertTemplate(source).renderAnyway(values);

test('fields of the alert, of its event and of the document stand in one text', () => {
  assert.equal(
    render('[{priority}] {Subject|first:12}… from {SourceUserName}'),
    ['[60] Your account… from Support <support@phish.example>'].join(),
  );
  assert.equal(render('{alert_id} {mailbox}/{folder} {name}'), `${document.alertId} soc/INBOX Invoice 7`);
});

test('a field that the alert has not got is empty, or what `or` says', () => {
  assert.equal(render('<{found_cve}> <{found_cve|or:none}>'), '<> <none>');
});

test('values are mapped, defanged and dated', () => {
  assert.equal(render('{priority|map:40=Low,60=Medium}'), 'Medium');
  assert.equal(render('{environment|map:40=Low}'), 'Default Environment');
  assert.equal(render('{start_time|iso} {name|iso}'), '2026-11-21T09:30:00.001Z Invoice 7');
  const harmless = ['hxxps://login[.]example/reset?user=1', 'hxxps://cdn[.]example/a%2Cb.js'];
  assert.equal(render('{found_url|split:,|defang}'), harmless.join(', '));
  assert.equal(render('{found_url|defang}'), harmless.join(','));
  assert.equal(render('{SourceUserName|defang}'), 'Support <support@phish[.]example>');
});

test('no URL stays a link where it is defanged, whatever stands before it', () => {
  for (const [Subject, expected] of [
    ['Click:https://evil.example/a', 'Click:hxxps://evil[.]example/a'],
    ['(https://evil.example/a)', '(hxxps://evil[.]example/a)'],
    ['x://HTTP://evil.example', 'x://hxxp://evil[.]example'],
    ['sftp://files.example/a', 'sftp://files[.]example/a'],
    ['https://good.example/?u=https://evil.example/', 'hxxps://good[.]example/?u=https://evil.example/'],
  ] as const) {
    assert.equal(compileAlertTemplate('{Subject|defang}').renderAnyway({ fields: { Subject } }), expected);
  }
});

test('only a field that is cut into several values is a list', () => {
  const list = compileAlertTemplate('{found_url|split:,}');
  assert.ok(list.isList);
  assert.deepEqual(list.renderAll(values), ['https://login.example/reset?user=1', 'https://cdn.example/a%2Cb.js']);
  assert.ok(!compileAlertTemplate('{found_url}').isList);
  assert.ok(!compileAlertTemplate('URLs: {found_url|split:,}').isList);
});

for (const [what, source, reason] of [
  ['a field that no alert has, with the nearest one', '{Subjct}', /no field `Subjct`; did you mean `Subject`\?/],
  ['a field that is like none, with those there are', '{kangaroo}', /no field `kangaroo`; there are .*found_url/],
  ['an unknown filter, with the nearest one', '{Subject|frist:3}', /no filter `frist`.*did you mean `first`\?/],
  ['a brace that nothing closes', 'a { b', /a single `{` in `a { b`: fields stand as {field}/],
  ['a field without a name', '{}', /names no field/],
  ['pairs that are none', '{priority|map:60}', /`map` needs pairs/],
] as const) {
  test(`what is wrong is told: ${what}`, () => {
    const [mistake, ...others] = alertTemplateMistakes(source, ['body', 'x']);
    assert.match(mistake?.reason ?? '', reason);
    assert.deepEqual(mistake?.path, ['body', 'x']);
    assert.deepEqual(others, []);
  });
}

test('header fields and fields of the configuration are names like others', () => {
  const source = '{header_x_mailer} {case_number} {orig_subject_10}';
  assert.deepEqual(alertTemplateMistakes(source, [], ['case_number']), []);
  assert.equal(alertTemplateMistakes('{case_numbr}', [], ['case_number'])[0]?.reason.endsWith('`case_number`?'), true);
  assert.equal(alertTemplateMistakes('{orig_subject_11}').length, 1);
});

test('whatever a text holds, a template without mistakes is filled, and never with what is not in the alert', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ maxLength: 40 }), (subject, source) => {
      const filled = { fields: { Subject: subject } };
      assert.equal(compileAlertTemplate('{Subject}').renderAnyway(filled), subject.trim() === '' ? '' : subject);
      if (alertTemplateMistakes(source).length === 0) compileAlertTemplate(source).renderAnyway(values);
    }),
  );
  assert.equal(compileAlertTemplate('{constructor}{__proto__}').renderAnyway(values), '');
});

test('every field that the builders of alerts make is a known name', () => {
  const file = { fileName: 'a', contentType: 'b', type: 'c', sizeBytes: 1, md5: 'd', sha1: 'e', sha256: 'f' };
  const carried = {
    how: 'inline',
    from: 'a',
    subject: 'b',
    messageId: 'c',
    date: 'd',
    dateMs: 1,
    urls: ['e'],
  } as const;
  const indicators = indicatorTypes.flatMap((type) => indicatorRoles.map((role) => ({ type, role, value: 'x' })));
  const report = { alertId: 'a', from: 'b', subject: 'c', messageId: 'd' };
  const made = {
    ...alertDocument(1).alert.events[0],
    ...fileFields([file]),
    ...indicatorFields(indicators),
    ...originalFields(Array.from({ length: 20 }, () => carried)),
    ...reportFields(report, ['f']),
    ...authenticationFields(authenticationMethods.map((method) => ({ method, result: 'pass', properties: {} }))),
  };
  const known = new Set(eventFieldNames);
  assert.deepEqual(
    Object.keys(made).filter((name) => !known.has(name)),
    [],
  );
  assert.ok(Object.keys(made).length > 60);
});
