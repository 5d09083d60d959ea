import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configMistakes } from '../support/config-mistakes.js';

const config = (...lines: readonly string[]) =>
  [
    'targets: { cases: { kind: file, path: ./cases } }',
    'mailboxes:',
    '  soc:',
    '    kind: directory',
    '    path: ./mail',
    '    targets: [cases]',
    ...lines.map((line) => `    ${line}`),
    '',
  ].join('\n');

describe('what a mailbox says of its alerts', () => {
  it('is taken where all of it refers to what alerts have', async () => {
    const text = config(
      'environment: { field: team, map: { a: A }, otherwise: B }',
      'priority: { field: header_x_spam_score, map: { "9": 100 } }',
      'alert:',
      '  headers: [X-Spam-Score]',
      '  fields: { team: { from: "header:X-Team", expression: "^[a-z]+" } }',
      '  alertName: "{Subject|first:80} {team} {orig_from_2}"',
      '  caseName: "{header_x_spam_score} {name}"',
      '  attachOriginal: true',
    );
    assert.deepEqual(await configMistakes(text), []);
    const any = config('alert: { headers: { matches: "^x-" }, alertName: "{header_x_anything}" }');
    assert.deepEqual(await configMistakes(any), []);
  });

  it('is refused where a template or a choice names no field, with the place and the nearest right name', async () => {
    const text = config(
      'environment: { field: DestinationUsrName }',
      'priority: { field: header_x_other, map: { a: 80 } }',
      'alert:',
      '  headers: [X-Team]',
      '  alertName: "{Subjct}"',
      '  caseName: "{header_x_taem} {Subject|frist:3} {"',
    );
    const mistakes = await configMistakes(text);
    const [filter, brace] = mistakes.slice(-2);
    assert.match(filter ?? '', /^12:17 mailboxes\.soc\.alert\.caseName: there is no filter `frist`/);
    assert.match(brace ?? '', /^12:17 mailboxes\.soc\.alert\.caseName: a single `\{`/);
    assert.deepEqual(mistakes.slice(0, -2), [
      '7:27 mailboxes.soc.environment.field: is no field of these alerts `DestinationUsrName`; did you mean `DestinationUserName`?',
      '8:24 mailboxes.soc.priority.field: is no field of these alerts `header_x_other`; `headers` names those that there are',
      '11:18 mailboxes.soc.alert.alertName: names no field of these alerts `Subjct`; did you mean `Subject`?',
      '12:17 mailboxes.soc.alert.caseName: names no field of these alerts `header_x_taem`; did you mean `header_x_team`?',
    ]);
  });

  it('is refused where an expression does not compile, or an own field has the name of another', async () => {
    const text = config(
      'alert:',
      '  headers: { matches: "(" }',
      '  fields:',
      '    Subject: { from: subject, expression: a }',
      '    found_note: { from: subject, expression: a }',
      '    good: { from: boody, expression: "a(?=b)" }',
      '    bad-name: { from: body, expression: a }',
    );
    const mistakes = await configMistakes(text);
    const places = mistakes.map((line) => line.split(': ')[0]);
    assert.deepEqual(places, [
      '8:27 mailboxes.soc.alert.headers.matches',
      '10:9 mailboxes.soc.alert.fields.Subject',
      '11:9 mailboxes.soc.alert.fields.found_note',
      '12:23 mailboxes.soc.alert.fields.good.from',
      '12:42 mailboxes.soc.alert.fields.good.expression',
      '13:9 mailboxes.soc.alert.fields.bad-name',
    ]);
    assert.match(mistakes[0] ?? '', /must be a regular expression in RE2 syntax: missing closing \)/);
    assert.match(mistakes[1] ?? '', /is a name of the fields that alerts have/);
    assert.match(mistakes[3] ?? '', /must be `subject`, `body`, `from`, `to` or `header:NAME`/);
  });

  it('is refused where a field is not written yet when it is asked for, or differs from another in case only', async () => {
    const text = config(
      'environment: { field: custom_case_name }',
      'priority: { field: lurewatch_cut, map: { a: 80 } }',
      'alert:',
      '  fields: { SUBJECT: { from: subject, expression: a }, Found_it: { from: subject, expression: a } }',
      '  alertName: "{custom_case_name}"',
    );
    const mistakes = await configMistakes(text);
    assert.deepEqual(
      mistakes.map((line) => line.split(/: |;/).slice(0, 2).join(': ')),
      [
        '7:27 mailboxes.soc.environment.field: is no field of these alerts `custom_case_name`',
        '8:24 mailboxes.soc.priority.field: is no field of these alerts `lurewatch_cut`',
        '10:17 mailboxes.soc.alert.fields.SUBJECT: is a name of the fields that alerts have',
        '10:60 mailboxes.soc.alert.fields.Found_it: is a name of the fields that alerts have',
        '11:18 mailboxes.soc.alert.alertName: names no field of these alerts `custom_case_name`',
      ],
    );
  });

  it('is refused with the nearest right name where an option is unknown', async () => {
    const mistakes = await configMistakes(config('alert: { alertNam: x, attachOriginals: true }'));
    assert.deepEqual(mistakes, [
      '7:14 mailboxes.soc.alert.alertNam: unknown key; did you mean `alertName`?',
      '7:27 mailboxes.soc.alert.attachOriginals: unknown key; did you mean `attachOriginal`?',
    ]);
  });
});
