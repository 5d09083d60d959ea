import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertMarkdown } from '../../src/soar/markdown.js';
import { alertDocument } from '../support/soar-documents.js';

const [event] = alertDocument(1).alert.events;

test('a case tells who, what and where to, with links that nobody opens by a slip', () => {
  const text = alertMarkdown(alertDocument(1).alert);
  assert.match(text, /\*\*From:\*\* `Support <support@phish\.example>`/);
  assert.match(text, /\*\*Date:\*\* 2026-11-21T09:30:00\.001Z/);
  assert.match(text, /- `hxxps:\/\/login\[\.\]example\/reset\?user=1`/);
  assert.doesNotMatch(text, /https:/);
});

test('what a sender writes is shown and never becomes a link, a picture or a heading', () => {
  const Subject = '![](https://evil.example/pixel) `` [here](https://evil.example)\n# Safe';
  const text = alertMarkdown(alertDocument(1, { events: [{ ...event, Subject }] }).alert);
  assert.match(text, /\*\*Subject:\*\* ```!\[\]\(https:.* `` \[here\].* # Safe```/);
  assert.doesNotMatch(text, /^# Safe/m);
});

test('fields of any name are told, defanged where they hold URLs, and the mail itself is not', () => {
  const events = [
    { ...event, orig_url: 'https://one.example/,https://two.example/', auth_spf: 'fail', original_eml: 'AAAA' },
  ];
  const text = alertMarkdown(alertDocument(1, { events }).alert);
  assert.match(text, /`orig_url`: `hxxps:\/\/one\[\.\]example\/, hxxps:\/\/two\[\.\]example\/`/);
  assert.match(text, /`auth_spf`: `fail`/);
  assert.doesNotMatch(text, /AAAA/);
});

test('beside a URL stands what is known of it, shown as it is', () => {
  const events = [
    {
      ...event,
      found_url: 'https://evil.example/a%2Cb,https://b.example/',
      found_url_kind: 'click,qr',
      found_url_flags: 'displayMismatch|punycode,',
      found_url_wrapper: 'Microsoft Safe Links,',
      found_url_shown: 'see%2C [www.bank.example](https://x.example) `,https://bank.example/',
      found_url_part: '1,2/scan.zip!code.png',
    },
  ];
  const text = alertMarkdown(
    alertDocument(1, { events }).alert,
    new Map([['https://evil.example/a%2Cb', ['https://evil.example/a,b']]]),
  );
  const line =
    '- `hxxps://evil[.]example/a,b` (`click`, `displayMismatch punycode`, inside `Microsoft Safe Links`, ' +
    'shown as `` see, [www.bank.example](https://x.example) ` ``, in part `1`)';
  assert.deepEqual(text.split('### URLs\n\n')[1]?.split('\n').slice(0, 2), [
    line,
    '- `hxxps://b[.]example/` (`qr`, shown as `hxxps://bank[.]example/`, in part `2/scan.zip!code.png`)',
  ]);
  assert.doesNotMatch(text, /found_url/);
});

test('long lists are told by their beginning and their length', () => {
  const found_url = Array.from({ length: 130 }, (_, index) => `https://many.example/${index}`).join(',');
  const text = alertMarkdown(alertDocument(1, { events: [{ ...event, found_url }] }).alert);
  assert.match(text, /many\[\.\]example\/99`\n- and 30 more/);
  assert.doesNotMatch(text, /many\[\.\]example\/100/);
});

test('nothing is hidden behind characters that take no room: what is left out of a value is marked', () => {
  const SourceUserName = `"ceo@corp.example${'\u200b'.repeat(1_500)}" <x@evil.example>`;
  const Subject = `Pay${'\u200b'.repeat(70_000)} now`;
  const text = alertMarkdown(alertDocument(1, { events: [{ ...event, SourceUserName, Subject }] }).alert);
  assert.match(text, /\*\*From:\*\* `"ceo@corp\.example " <x@evil\.example>`/);
  assert.match(text, /\*\*Subject:\*\* `Pay…`/);
});
