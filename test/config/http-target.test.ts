import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMistakes } from '../support/config-mistakes.js';

function withTarget(lines: readonly string[]): string {
  return [
    'mailboxes:',
    '  soc: { kind: directory, path: ./mail, targets: [cases], alert: { fields: { case_number: { from: subject, expression: "C-([0-9]+)" } } } }',
    'targets:',
    '  cases:',
    '    kind: http',
    ...lines.map((line) => `    ${line}`),
    '',
  ].join('\n');
}

const url = 'url: https://cases.example.com/api';

test('templates of every place are refused with place, reason and the nearest right name, all at once', async () => {
  const mistakes = await configMistakes(
    withTarget([
      'url: https://cases.example.com/{alert_idd}/{secret}',
      'headers: { X-Subject: "{Subjct}" }',
      'body:',
      '  title: "{Subject|frist:8}"',
      '  list: [ok, { deep: "{found_urls|split:,}" }]',
      '  count: "{priorty|number}"',
      '  own: "{case_numbr} {header_x_mailer} {orig_from_3}"',
      '  all: "{alert}"',
      'lookup: { path: "/x?q={alertid}", list: r, match: { id: "{alert-id}" }, id: id }',
      'check: { path: "/me?{mailbx}" }',
    ]),
  );
  const expected: readonly (readonly [string, RegExp])[] = [
    ['6:10 targets.cases.url', /no field `alert_idd`; did you mean `alert_id`\?/],
    ['6:10 targets.cases.url', /no field `secret`; there are .*Subject/],
    ['7:27 targets.cases.headers.X-Subject', /no field `Subjct`; did you mean `Subject`\?/],
    ['9:14 targets.cases.body.title', /no filter `frist`.*did you mean `first`\?/],
    ['10:26 targets.cases.body.list[1].deep', /no field `found_urls`; did you mean `found_url`\?/],
    ['11:14 targets.cases.body.count', /no field `priorty`; did you mean `priority`\?/],
    ['12:12 targets.cases.body.own', /no field `case_numbr`; did you mean `case_number`\?/],
    ['14:21 targets.cases.lookup.path', /no field `alertid`; did you mean `alert_id`\?/],
    ['14:61 targets.cases.lookup.match.id', /no field `alert-id`; did you mean `alert_id`\?/],
    ['15:20 targets.cases.check.path', /no field `mailbx`; did you mean `mailbox`\?/],
  ];
  assert.equal(mistakes.length, expected.length, mistakes.join('\n'));
  for (const [index, [place, reason]] of expected.entries()) {
    assert.ok(mistakes[index]?.startsWith(`${place}: `), mistakes[index]);
    assert.match(mistakes[index] ?? '', reason);
  }
});

for (const [what, lines, reason] of [
  ['an unknown option', [url, 'methd: PUT'], /targets\.cases\.methd: unknown key; did you mean `method`\?/],
  [
    'an option of the look-up',
    [url, 'lookup: { path: /x, absnt: [404], list: r, match: { a: "{alert_id}" }, id: id }'],
    /absnt: unknown key; did you mean `absent`/,
  ],
  [
    'a look-up that cannot say none',
    [url, 'lookup: { path: "/x/{alert_id}", id: id }'],
    /lookup: needs `list`, or `absent`/,
  ],
  ['a search without a match', [url, 'lookup: { path: /x, list: r, id: id }'], /lookup: needs `match` beside `list`/],
  [
    'a path on another host',
    [url, 'lookup: { path: "//evil.example/{alert_id}", absent: [404], id: id }'],
    /path: must begin with \//,
  ],
  [
    'two promises',
    [url, 'repeats: server', 'lookup: { path: "/x/{alert_id}", absent: [404], id: id }'],
    /repeats: is `server`, so `lookup`/,
  ],
  [
    'a look-up by what two mails may share',
    [
      url,
      'lookup: { path: "/x?q={alert_id}", list: r, match: { s: "{Subject}", m: "{message_id}", c: "{case_number}" }, id: id }',
    ],
    /lookup\.match: needs `\{alert_id\}`, whole/,
  ],
  [
    'a look-up by the beginning of an alert id',
    [url, 'lookup: { path: "/x/{alert_id|first:8}", absent: [404], id: id }'],
    /lookup\.path: needs `\{alert_id\}`, whole/,
  ],
  [
    'a look-up by words in double braces',
    [url, 'lookup: { path: "/x/{{alert_id}}", absent: [404], id: id }'],
    /lookup\.path: needs `\{alert_id\}`, whole/,
  ],
  [
    'a refusal that is to mean none',
    [url, 'lookup: { path: "/x/{alert_id}", absent: [404, 403], id: id }'],
    /lookup\.absent: holds a status of trouble/,
  ],
  [
    'an outage that is to mean delivered',
    [url, 'duplicate: [409, 500]'],
    /duplicate: 500 is answered in trouble too, .*needs `lookup`/,
  ],
  ['a status with two meanings', [url, 'retry: [409]'], /retry: 409 stands under `duplicate` too/],
  [
    'two credentials',
    [url, 'basic: { username: a, password: { env: P } }', 'headers: { authorization: x }'],
    /basic: stands beside/,
  ],
  [
    'a secret in the configuration',
    [url, 'basic: { username: a, password: hush }'],
    /password: must be \{ env: NAME \}/,
  ],
  ['a secret that is used nowhere', [url, 'secret: { env: S }'], /secret: is used nowhere/],
  ['a form that is no map', [url, 'bodyType: form', 'body: "{Subject}"'], /body: must be a map of texts/],
  ['a text that is none', [url, 'bodyType: text'], /body: must be a text for bodyType text/],
  ['http without a word about it', ['url: http://cases.example.com/'], /url: http:\/\/ is not encrypted/],
  ['a field in the name of the host', ['url: https://{mailbox}.example.com/'], /url: must name its host/],
] as const) {
  test(`is refused: ${what}`, async () => {
    const mistakes = await configMistakes(withTarget(lines));
    assert.equal(mistakes.length, 1, mistakes.join('\n'));
    assert.match(mistakes[0] ?? '', reason);
  });
}

test('a look-up may have the alert id in other letters, and confirm whatever means a duplicate', async () => {
  const lookup = 'lookup: { path: "/x?q={ alert_id | upper }", absent: [404], id: id }';
  assert.deepEqual(await configMistakes(withTarget([url, lookup, 'duplicate: [500]'])), []);
});

test('what looks like a secret in a body is the other side’s own business', async () => {
  assert.deepEqual(await configMistakes(withTarget([url, 'body: { labels: { env: prod }, file: { file: x } }'])), []);
});
