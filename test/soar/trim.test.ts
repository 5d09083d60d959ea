import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutField, trimAlert } from '../../src/soar/secops/trim.js';
import { alertDocument } from '../support/soar-documents.js';

const { alert } = alertDocument(1);
const [event] = alert.events;
const sizeOf = (value: unknown): number => JSON.stringify(value).length;

test('an alert that fits stays as it is', () => {
  assert.deepEqual(trimAlert(alert), { alert, cuts: [] });
});

test('only whole URLs are kept of a long list, and the event says how many', () => {
  const urls = Array.from({ length: 2000 }, (_, index) => `https://many.example/${index}`);
  const long = { ...alert, events: [{ ...event, found_url: urls.join(',') }] };
  const trimmed = trimAlert(long, { characters: 20_000, events: 500 });
  assert.ok(sizeOf(trimmed.alert) <= 20_000);
  const kept = trimmed.alert.events[0]?.found_url?.split(',') ?? [];
  assert.ok(kept.length > 500, `${kept.length} kept`);
  assert.deepEqual(kept, urls.slice(0, kept.length));
  assert.deepEqual(trimmed.cuts, [`found_url of event 1: ${kept.length} of 2000 URLs kept`]);
  assert.match(trimmed.alert.events[0]?.[cutField] ?? '', new RegExp(`${kept.length} of 2000 URLs kept`));
});

test('the longest lists give way first', () => {
  const short = 'https://short.example/';
  const long = Array.from({ length: 1000 }, () => 'https://long.example/path').join(',');
  const events = [
    { ...event, found_url: short },
    { ...event, found_url: long },
  ];
  const trimmed = trimAlert({ ...alert, events }, { characters: 15_000, events: 500 });
  assert.equal(trimmed.alert.events[0]?.found_url, short);
  assert.match(trimmed.cuts.join(), /event 2/);
});

test('events beyond the limit go, and the first that stays says so', () => {
  const events = Array.from({ length: 620 }, (_, index) => ({ ...event, Subject: `part ${index}` }));
  const trimmed = trimAlert({ ...alert, events });
  assert.equal(trimmed.alert.events.length, 500);
  assert.deepEqual(trimmed.cuts, ['120 of 620 events']);
  assert.match(trimmed.alert.events[0]?.[cutField] ?? '', /120 of 620 events/);
});

test('other long texts are cut where no list of URLs is left, and stay well-formed', () => {
  const Subject = '😀'.repeat(20_001);
  const long = { ...alert, name: Subject, events: [{ ...event, Subject }] };
  const trimmed = trimAlert(long, { characters: 30_000, events: 500 });
  assert.ok(sizeOf(trimmed.alert) <= 30_000);
  assert.doesNotMatch(trimmed.alert.name, /\p{Cs}/u);
  assert.match(trimmed.cuts.join(), /name: its end/);
  assert.match(trimmed.cuts.join(), /Subject of event 1: its end/);
});

test('the same alert is always trimmed to the same bytes', () => {
  const long = { ...alert, events: [{ ...event, found_url: 'https://x.example/a,'.repeat(5000) }] };
  const limits = { characters: 10_000, events: 500 };
  assert.equal(JSON.stringify(trimAlert(long, limits)), JSON.stringify(trimAlert(long, limits)));
});
