import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Alert, AlertEvent } from '../../src/alerts/types.js';
import { observablesOf } from '../../src/soar/observables.js';
import { largest } from '../../src/soar/trim/largest.js';
import { type AlertLimits, textLength } from '../../src/soar/trim/limits.js';
import { cutField } from '../../src/soar/trim/tell-cuts.js';
import { trimAlert } from '../../src/soar/trim/trim-alert.js';
import { alertDocument } from '../support/soar-documents.js';

const { alert } = alertDocument(1);
const [event = {}] = alert.events;
const sizeOf = (value: unknown): number => JSON.stringify(value).length;
const characters = (most: number): AlertLimits => ({ sizes: [{ most, measure: sizeOf }] });

function withFields(fields: AlertEvent): Alert {
  return { ...alert, events: [{ ...event, ...fields }] };
}

const many = (count: number, domain: string) =>
  Array.from({ length: count }, (_, index) => `https://${domain}/${index}`).join(',');

test('an alert that fits stays as it is', async () => {
  const trimmed = await trimAlert(alert, { ...characters(sizeOf(alert)), events: 1 });
  assert.equal(trimmed.alert, alert);
  assert.deepEqual(trimmed.cuts, []);
});

test('body, header fields, headings and the tails of the lists go in this order, and no more of them than is needed', async () => {
  const long = withFields({
    original: 'T'.repeat(4000),
    body_text: 'b'.repeat(4000),
    header_received: 'r'.repeat(4000),
    case_number: 'CASE-7',
    DestinationUserName: 'everybody@corp.example, '.repeat(170),
    found_domain: Array.from({ length: 400 }, (_, index) => `d${index}.example`).join(','),
    found_url: many(400, 'click.example'),
  });
  const stages = ['original', 'body_text', 'header_received', 'DestinationUserName', 'found_domain', 'found_url'];
  const shortened: string[][] = [];
  for (let most = sizeOf(long) - 1; most > 1500; most -= 250) {
    const trimmed = await trimAlert(long, characters(most));
    const after = trimmed.alert.events[0] ?? {};
    assert.ok(sizeOf(trimmed.alert) <= most);
    shortened.push(stages.filter((field) => after[field] !== long.events[0]?.[field]));
    assert.equal(after.case_number, shortened.at(-1)?.includes('DestinationUserName') ? undefined : 'CASE-7');
  }
  const met = [...new Set(shortened.map((fields) => fields.join()))];
  assert.deepEqual(
    met,
    stages.map((_, index) => stages.slice(0, index + 1).join()),
  );
});

test('only whole URLs are kept of a long list, and the event says how many', async () => {
  const urls = many(2000, 'many.example');
  const trimmed = await trimAlert(withFields({ found_url: urls }), characters(20_000));
  const kept = trimmed.alert.events[0]?.found_url?.split(',') ?? [];
  assert.ok(kept.length > 500, `${kept.length} kept`);
  assert.deepEqual(kept, urls.split(',').slice(0, kept.length));
  assert.deepEqual(trimmed.cuts, [`found_url: ${kept.length} of 2000 URLs kept`]);
  assert.equal(
    trimmed.alert.events[0]?.[cutField],
    `Cut to fit the target: found_url: ${kept.length} of 2000 URLs kept`,
  );
});

test('short lists stay whole beside long ones, and columns of files are cut at the same file', async () => {
  const names = Array.from({ length: 50 }, (_, index) => `invoice-${index}.pdf`).join(',');
  const hashes = Array.from({ length: 50 }, (_, index) => `${index}`.padStart(64, '0')).join(',');
  const long = withFields({ found_cve: 'CVE-2026-1', file_count: '50', file_name: names, file_sha256: hashes });
  const { alert: trimmed, cuts } = await trimAlert(long, characters(3500));
  const after = trimmed.events[0] ?? {};
  const kept = after.file_name?.split(',').length ?? 0;
  assert.ok(kept >= 20 && kept < 50, `${kept} kept`);
  assert.equal(after.file_sha256?.split(',').length, kept);
  assert.deepEqual([after.found_cve, after.file_count], ['CVE-2026-1', '50']);
  assert.deepEqual(cuts, [`file_name: ${kept} of 50 values kept`, `file_sha256: ${kept} of 50 values kept`]);
});

test('what is known of URLs is cut at the same URL, as columns of files are at the same file', async () => {
  const count = 400;
  const column = (value: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => value(index)).join(',');
  const long = withFields({
    found_url: many(count, 'click.example'),
    found_url_kind: column(() => 'click'),
    found_url_flags: column((index) => (index === 390 ? 'displayMismatch' : '')),
    found_url_shown: column((index) => `Read more ${index}`),
    found_domain: 'click.example',
  });
  const { alert: trimmed, cuts } = await trimAlert(long, characters(9000));
  const after = trimmed.events[0] ?? {};
  const kept = after.found_url?.split(',').length ?? 0;
  assert.ok(kept >= 20 && kept < count, `${kept} kept`);
  for (const field of ['found_url', 'found_url_kind', 'found_url_flags', 'found_url_shown'])
    assert.equal(after[field], long.events[0]?.[field]?.split(',').slice(0, kept).join(','), field);
  assert.equal(after.found_domain, 'click.example');
  assert.equal(cuts[0], `found_url: ${kept} of ${count} URLs kept`);
  assert.equal(cuts[1], `found_url_kind: ${kept} of ${count} values kept`);
  const again = await trimAlert(structuredClone(long), characters(9000));
  assert.equal(JSON.stringify(again.alert), JSON.stringify(trimmed));
});

test('a header field is cut whatever its name is like: the sender has chosen it', async () => {
  const names = ['header_resent_message_id', 'header_x_rcpt_count', 'header_x_case_name'];
  const long = withFields({
    ...Object.fromEntries(names.map((name) => [name, 'h'.repeat(9_000)])),
    orig_message_id: 'kept@mail.example',
    file_count: '7',
  });
  const { alert: trimmed, cuts } = await trimAlert(long, characters(3_000));
  assert.ok(sizeOf(trimmed) <= 3_000);
  assert.deepEqual(
    cuts.map((cut) => cut.slice(0, cut.indexOf(':'))),
    names,
  );
  const after = trimmed.events[0] ?? {};
  assert.deepEqual([after.orig_message_id, after.file_count], ['kept@mail.example', '7']);
});

test('a field of the configuration’s own is cut, though its name ends as that of a count or an id does', async () => {
  const names = ['employee_count', 'message_id', 'order_message_id_2', 'our_case_name'];
  const own = Object.fromEntries(names.map((name) => [name, 'o'.repeat(9_000)]));
  const { alert: trimmed, cuts } = await trimAlert(withFields(own), characters(3_000));
  assert.ok(sizeOf(trimmed) <= 3_000);
  assert.deepEqual(
    cuts.map((cut) => cut.slice(0, cut.indexOf(':'))),
    names,
  );
});

test('events beyond the limit go, and the first that stays says so', async () => {
  const events = Array.from({ length: 620 }, (_, index) => ({ ...event, Subject: `part ${index}` }));
  const trimmed = await trimAlert({ ...alert, events }, { events: 500, sizes: [] });
  assert.equal(trimmed.alert.events.length, 500);
  assert.deepEqual(trimmed.cuts, ['events: 500 of 620 kept']);
  assert.match(trimmed.alert.events[0]?.[cutField] ?? '', /500 of 620/);
});

test('no text gives way to a limit on the number of observables', async () => {
  const long = withFields({ body_text: 'b'.repeat(5000), found_url: many(300, 'click.example') });
  const limits = { sizes: [{ most: 50, measure: (one: Alert) => observablesOf(one).length }] };
  const trimmed = await trimAlert(long, limits);
  assert.equal(observablesOf(trimmed.alert).length, 50);
  assert.equal(trimmed.alert.events[0]?.body_text?.length, 5000);
});

test('what is kept of a text is well-formed', async () => {
  const Subject = '😀'.repeat(20_001);
  const trimmed = await trimAlert({ ...withFields({ Subject }), name: Subject }, characters(30_001));
  assert.doesNotMatch(JSON.stringify(trimmed.alert), /\\ud[89a-f]/);
  assert.match(trimmed.cuts.join(), /name: \d+ of 40002 characters kept/);
  assert.match(trimmed.cuts.join(), /Subject: \d+ of 40002 characters kept/);
});

test('of an alert far too large hardly more is made than fits', async () => {
  const limit = 400_000;
  const urls = Array.from({ length: 1_000 }, (_, index) => `https://a.example/${index}/${'u'.repeat(180)}`).join(',');
  const fields = { body_text: 'b "quoted" line\n'.repeat(20_000), header_x: 'ä'.repeat(60_000), found_url: urls };
  const absurd = { ...alert, events: Array.from({ length: 20 }, () => ({ ...event, ...fields })) };
  let made = 0;
  const measure = (one: Alert): number => {
    const size = sizeOf(one);
    made += size;
    return size;
  };
  const { alert: left, cuts } = await trimAlert(absurd, { sizes: [{ most: limit, measure, least: textLength }] });
  assert.ok(sizeOf(left) <= limit && sizeOf(left) > limit - 20 * 250, `${sizeOf(left)}`);
  assert.deepEqual(
    cuts.map((cut) => cut.slice(0, cut.indexOf(':'))),
    ['found_url', 'body_text', 'header_x'],
  );
  // 10 MB, and 7 MB after the first two steps: none of that was made.
  assert.ok(made < 20 * limit, `${made / limit} times the limit`);
});

test('others get their turn while an alert is cut that takes long', async () => {
  const long = withFields({ body_text: 'b'.repeat(9_000) });
  let turns = 0;
  const slow = (one: Alert): number => {
    const began = performance.now();
    while (performance.now() - began < 25);
    setImmediate(() => {
      turns += 1;
    });
    return sizeOf(one);
  };
  await trimAlert(long, { sizes: [{ most: 4_000, measure: slow }] });
  assert.ok(turns > 1, `${turns} turns`);
});

test('what is kept is the most that fits, found by few tries, however the sizes grow', async () => {
  const steps = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 2, maxLength: 3_000 });
  await fc.assert(
    fc.asyncProperty(steps, fc.double({ min: 0, max: 1, noNaN: true }), async (growth, share) => {
      let sum = 1;
      const sizes = growth.map((more) => {
        sum += more;
        return sum;
      });
      const most = Math.max(1, share * (sizes.at(-1) ?? 1));
      const right = sizes.findLastIndex((size) => size <= most);
      if (right === -1 || right === sizes.length - 1) return;
      let tries = 0;
      const fillOf = async (count: number): Promise<number> => {
        tries += 1;
        return (sizes[count] ?? 0) / most;
      };
      const at = (count: number) => ({ count, fill: (sizes[count] ?? 0) / most });
      assert.equal(await largest(at(0), at(sizes.length - 1), fillOf), right);
      assert.ok(tries <= 3 * Math.log2(sizes.length) + 3, `${tries} tries of ${sizes.length}`);
    }),
    { numRuns: 200 },
  );
});

const fieldNames = fc.constantFrom(
  ...['Subject', 'SourceUserName', 'DestinationUserName', 'found_url', 'found_domain', 'received_ip', 'file_name'],
  ...['found_url_kind', 'found_url_flags', 'found_url_shown'],
  ...['file_sha256', 'findings', 'orig_subject', 'orig_url_2', 'reported_by', 'unsubscribe_url'],
  ...['original', 'body_text', 'header_received', 'header_x', 'case_number', 'ticket', '__proto__', 'constructor'],
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }), fc.nat(300))
    .map(([piece, count]) => piece.repeat(count)),
  fc
    .tuple(fc.webUrl(), fc.nat(200))
    .map(([url, count]) => Array.from({ length: count }, (_, i) => `${url}${i}`).join(',')),
);
const anyEvent = fc
  .dictionary(fieldNames, text, { maxKeys: 12, noNullPrototype: true })
  .map((fields): AlertEvent => ({ ...event, ...fields }));
const anyAlert = fc
  .record({ name: text, events: fc.array(anyEvent, { minLength: 1, maxLength: 8 }) })
  .map((changes): Alert => ({ ...alert, ...changes }));

test('any alert fits afterwards, says all that is missing, keeps its ids, and is the same at every attempt', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyAlert,
      fc.integer({ min: 4000, max: 60_000 }),
      fc.integer({ min: 1, max: 8 }),
      async (whole, most, events) => {
        const limits = { ...characters(most), events };
        const { alert: trimmed, cuts } = await trimAlert(whole, limits);
        assert.ok(sizeOf(trimmed) <= most, `${sizeOf(trimmed)} of ${most}`);
        assert.ok(trimmed.events.length <= events && trimmed.events.length > 0);
        assert.deepEqual({ ...trimmed, name: '', events: [] }, { ...whole, name: '', events: [] });
        assert.equal(JSON.stringify((await trimAlert(structuredClone(whole), limits)).alert), JSON.stringify(trimmed));
        if (sizeOf(whole) <= most && whole.events.length <= events) return assert.equal(trimmed, whole);
        const said = new Set(cuts.map((cut) => cut.slice(0, cut.indexOf(':'))));
        assert.equal(said.has('name'), trimmed.name !== whole.name);
        assert.equal(said.has('events'), trimmed.events.length < whole.events.length);
        trimmed.events.forEach((after, index) => {
          for (const [field, before] of Object.entries(whole.events[index] ?? {})) {
            const left = Object.hasOwn(after, field) ? after[field] : undefined;
            if (left !== before) assert.ok(said.has(field), `${field} was cut in silence`);
          }
        });
        const note = trimmed.events[0]?.[cutField] ?? '';
        assert.ok(cuts.every((cut) => note.includes(cut)) || /and \d+ other fields$/.test(note));
      },
    ),
    { numRuns: 150 },
  );
});
