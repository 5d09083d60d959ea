import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildAlert } from '../../src/alerts/build-alert.js';
import type { AlertEvent } from '../../src/alerts/types.js';
import { urlFields } from '../../src/alerts/url-fields.js';
import { withoutExcluded } from '../../src/alerts/without-excluded.js';
import { excludeSchema } from '../../src/indicators/exclude/config.js';
import { Exclusion } from '../../src/indicators/exclude/exclusion.js';
import type { AttachmentInfo, Extraction, FoundUrl } from '../../src/indicators/types.js';
import { readCorpus } from '../fixtures/mails/corpus.js';
import { extract } from '../support/extraction.js';

const link: FoundUrl = {
  url: 'https://login.attacker.example/',
  kind: 'click',
  part: '1.2',
  wrappers: ['Microsoft Safe Links', 'Google'],
  shown: 'Pay, or see www.bank.example',
  original: 'https://eur01.safelinks.protection.outlook.com/?url=a,b',
  flags: ['displayMismatch', 'shortener'],
};
const plain: FoundUrl = { url: 'https://b.example/', kind: 'text', part: '1.1' };
const inCode: FoundUrl = { url: 'https://203.0.113.9/', kind: 'qr', part: '2/a,b.zip!c.png', flags: ['ipHost'] };
const archive: AttachmentInfo = { fileName: 'a,b.zip', contentType: 'application/zip', sizeBytes: 3, part: '2' };

const mails = new Map((await readCorpus()).map(({ name, raw }) => [name, raw]));

function eventOf(extraction: Extraction): AlertEvent {
  const alert = buildAlert({
    ...{ alertId: 'a', ticketId: 't', extraction, receivedAtMs: 1, environment: 'Default Environment', priority: 60 },
  });
  return alert.events[0] ?? {};
}

async function extracted(name: string): Promise<Extraction> {
  return extract(mails.get(name) ?? assert.fail(`no mail ${name}`));
}

test('what is known of URLs stands in the order of the URLs, and a comma in it divides nothing', () => {
  assert.deepEqual(urlFields([link, plain, inCode], [archive]), {
    found_url_kind: 'click,text,qr',
    found_url_flags: 'displayMismatch|shortener,,ipHost',
    found_url_wrapper: 'Microsoft Safe Links|Google,,',
    found_url_shown: 'Pay%2C or see www.bank.example,,',
    found_url_original: 'https://eur01.safelinks.protection.outlook.com/?url=a%2Cb,,',
    found_url_part: '1.2,1.1,2/a%2Cb.zip!c.png',
  });
});

test('the path of a part is told by its beginning where names of files make it long', () => {
  const part = `2/${'n'.repeat(9_000)}.html`;
  const { found_url_part: told = '' } = urlFields([{ ...inCode, part }, plain], [archive]);
  assert.equal(told, `${part.slice(0, 200)},1.1`);
});

test('of a URL as it was written the beginning is told, without half a character', () => {
  const original = `hxxps://b[.]example/${'n'.repeat(979)}\u{1f4e6}${'n'.repeat(9_000)}`;
  const { found_url_original: told = '' } = urlFields([{ ...plain, original }], []);
  assert.equal(told.slice(0, 999), original.slice(0, 999));
  assert.doesNotMatch(told, /\p{Surrogate}/u);
  assert.ok(told.length <= 1_000);
});

test('of a URL as it was written nothing is told that breaks a line or turns it around', () => {
  const original = 'https://b.example/\n\t\u202e|a\u2028b';
  assert.equal(urlFields([{ ...plain, original }], []).found_url_original, 'https://b.example/|ab');
});

test('an alert tells the link of a protection service though the URL was met without it before', async () => {
  const wrapped = 'https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fevil.example%2Fa';
  const lines = ['From: a@sender.example', 'Content-Type: text/html', '', 'hxxps://evil.example/a'];
  const event = eventOf(await extract([...lines, `<a href="${wrapped}">open</a>`].join('\r\n')));
  assert.deepEqual(
    [event.found_url, event.found_url_wrapper, event.found_url_original, event.found_url_flags],
    ['https://evil.example/a', 'Microsoft Safe Links', wrapped, 'defanged'],
  );
});

test('an alert tells the link of a protection service, which is the one that a proxy has seen', async () => {
  const { found_url = '', found_url_original: told = '' } = eventOf(await extracted('html-shown-and-wrapped'));
  assert.equal(told.split(',').length, found_url.split(',').length);
  assert.match(told, /^https:\/\/[a-z0-9]+\.safelinks\.protection\.outlook\.com\/\?url=/);
});

test('what no URL has is no field, and without URLs there is none', () => {
  assert.deepEqual(urlFields([plain], [archive]), { found_url_kind: 'text' });
  assert.deepEqual(urlFields([], [archive]), {});
});

test('an alert tells the text that hides another host, though the link was met with harmless words before', async () => {
  const lines = ['From: a@sender.example', 'Content-Type: text/html', ''];
  const links = ['Click here', 'www.bank.example', 'Pay'].map((text) => `<a href="https://evil.example/">${text}</a>`);
  const event = eventOf(await extract([...lines, ...links].join('\r\n')));
  assert.deepEqual(
    [event.found_url, event.found_url_kind, event.found_url_flags, event.found_url_shown],
    ['https://evil.example/,http://www.bank.example/', 'click,text', 'displayMismatch,', 'www.bank.example,'],
  );
  assert.match(event.findings ?? '', /^The text of a link shows another host than the link opens\.$/);
});

test('an alert tells that a URL stood in a QR code, in a file, or within a protection service', async () => {
  const wrapped = eventOf(await extracted('html-shown-and-wrapped'));
  assert.equal(wrapped.found_url_wrapper, 'Microsoft Safe Links,Microsoft Safe Links,');
  assert.ok(!('found_url_part' in wrapped));
  const code = eventOf(await extracted('qr-shown-image'));
  assert.deepEqual([code.found_url_kind, code.found_url_part], ['qr', '2']);
  const files = eventOf(await extracted('archive-zip'));
  assert.match(files.found_url_part ?? '', /(^|,)2\/files\.zip!docs\/inner\.html(,|$)/);
});

test('of each mail of the corpus the columns have as many entries as there are URLs', async () => {
  for (const name of [
    'html-shown-other-host',
    'html-shown-and-wrapped',
    'archive-of-documents',
    'defanged-in-a-report',
  ]) {
    const event = eventOf(await extracted(name));
    const count = (field: string) => event[field]?.split(',').length;
    for (const field of Object.keys(event).filter((each) => each.startsWith('found_url_')))
      assert.equal(count(field), count('found_url'), `${field} of ${name}`);
    assert.ok(count('found_url_kind'));
  }
});

test('what is known of an excluded URL goes with it', async () => {
  const extraction = await extracted('html-shown-and-wrapped');
  const exclusion = new Exclusion(excludeSchema.parse({ domains: ['attacker.example'] }), []);
  const event = eventOf(withoutExcluded(extraction, exclusion));
  assert.deepEqual(
    [event.found_url, event.found_url_kind, event.found_url_wrapper],
    ['https://www.shop.example/order,https://www.bank.example/', 'click,text', 'Microsoft Safe Links,'],
  );
  assert.ok(!('found_url_flags' in event) && !('found_url_shown' in event));
});
