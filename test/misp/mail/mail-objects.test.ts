import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttachmentInfo, FoundUrl } from '../../../src/indicators/types.js';
import { buildMispEvent } from '../../../src/misp/build-event.js';
import type { MispEvent, MispObject } from '../../../src/misp/types.js';
import { type MispChanges, mispDocument, mispEventConfig, mispSource } from '../../support/misp-documents.js';
import { mispSinkFor, sendOne, startMisp } from '../../support/misp-sink.js';
import { told } from '../../support/warnings.js';

const config = { ...mispEventConfig, objects: true, toIds: true };

function build(changes: MispChanges = {}, by = config): MispEvent {
  const event = buildMispEvent(mispSource(changes), by);
  assert.ok(event !== null);
  return event;
}

function objects(event: MispEvent, name: string): readonly MispObject[] {
  return (event.Object ?? []).filter((object) => object.name === name);
}

function values({ Attribute: attributes }: MispObject): readonly string[] {
  return attributes.map(({ object_relation, value, to_ids }) => `${object_relation} ${value}${to_ids ? ' !' : ''}`);
}

/** Each object by its first value, and the first values of what it includes. */
function includes(event: MispEvent): Readonly<Record<string, readonly (string | undefined)[]>> {
  const first = (object: MispObject | undefined) => object?.Attribute[0]?.value ?? '';
  const byUuid = new Map((event.Object ?? []).map((object) => [object.uuid, object]));
  return Object.fromEntries(
    [...byUuid.values()].flatMap((object) => {
      const others = (object.ObjectReference ?? []).map(({ referenced_uuid }) => first(byUuid.get(referenced_uuid)));
      return others.length === 0 ? [] : [[first(object), others]];
    }),
  );
}

const archive: AttachmentInfo = {
  fileName: 'invoice.zip',
  contentType: 'application/octet-stream',
  type: 'application/zip',
  sizeBytes: 300,
  md5: 'a'.repeat(32),
  sha1: 'b'.repeat(40),
  sha256: 'c'.repeat(64),
  part: '2',
};
const member: AttachmentInfo = {
  fileName: 'invoice.js',
  contentType: '',
  sizeBytes: 200,
  sha256: 'd'.repeat(64),
  part: '2/invoice.zip!invoice.js',
  from: '2',
};
const logo: AttachmentInfo = {
  fileName: 'logo.png',
  contentType: 'image/png',
  type: 'image/png',
  sizeBytes: 900,
  sha256: 'e'.repeat(64),
  part: '3',
};

test('a mail is an email object that includes its URLs and files, and files include what was found in them', () => {
  const event = build({
    urls: [{ url: 'https://login.evil-bank.com/a', kind: 'click', part: '1.2', shown: 'your bank' }],
    dateMs: Date.UTC(2026, 2, 1, 12),
    indicators: [
      { type: 'email', value: 'drop@evil-bank.com', role: 'replyTo' },
      { type: 'email', value: 'bounce@evil-bank.com', role: 'returnPath' },
      { type: 'ipv4', value: '203.0.113.9', role: 'received', position: 1 },
    ],
    attachments: [archive, member, logo],
  });
  assert.deepEqual(objects(event, 'email').map(values), [
    [
      'from mallory@evil.example',
      'to victim@corp.example',
      'subject Your parcel',
      'message-id <1@evil.example>',
      'reply-to drop@evil-bank.com',
      'return-path bounce@evil-bank.com',
      'send-date 2026-03-01T12:00:00+00:00',
      'received-header-ip 203.0.113.9',
      'attachment invoice.zip',
      'attachment logo.png',
    ],
  ]);
  assert.deepEqual(objects(event, 'url').map(values), [
    [
      'url https://login.evil-bank.com/a !',
      'domain evil-bank.com',
      'host login.evil-bank.com',
      'text click in part 1.2; shown as "your bank"',
    ],
  ]);
  assert.deepEqual(
    new Set(objects(event, 'file').map((file) => values(file).slice(0, 2).join(', '))),
    new Set([
      'filename invoice.zip, size-in-bytes 300',
      'filename invoice.js, size-in-bytes 200',
      'filename logo.png, size-in-bytes 900',
    ]),
  );
  assert.deepEqual(includes(event), {
    'invoice.zip': ['invoice.js'],
    'mallory@evil.example': ['https://login.evil-bank.com/a', 'logo.png', 'invoice.zip'],
  });
  assert.deepEqual(event.Attribute, [], 'nothing stands twice');
});

test('what includes comes after what it includes, so that an event in pieces keeps its references', () => {
  const event = build({ attachments: [archive, member, logo], originals: [original(['https://evil.example/login'])] });
  const seen = new Set<string>();
  for (const { uuid, ObjectReference: references = [] } of event.Object ?? []) {
    for (const { object_uuid, referenced_uuid } of references) {
      assert.equal(object_uuid, uuid);
      assert.ok(seen.has(referenced_uuid));
    }
    seen.add(uuid);
  }
});

function original(urls: readonly string[]) {
  return {
    how: 'attached' as const,
    part: '2',
    from: '"PayPal" <service@evil.example>',
    subject: 'Your account',
    messageId: '<2@evil.example>',
    date: null,
    dateMs: null,
    urls,
  };
}

test('a carried mail is an email object of its own, and its URLs stand below it', () => {
  const urls = ['https://evil.example/carried', 'https://corp.example/own'];
  const event = build({ urls, originals: [original(['https://evil.example/carried'])] });
  assert.deepEqual(includes(event), {
    'service@evil.example': ['https://evil.example/carried'],
    'mallory@evil.example': ['https://corp.example/own', 'service@evil.example'],
  });
});

test('only what a mail leads to is a detection rule', () => {
  const found: readonly FoundUrl[] = [
    { url: 'https://a.example/click', kind: 'click' },
    { url: 'https://b.example/qr', kind: 'qr' },
    { url: 'https://c.example/logo.png', kind: 'embed' },
    { url: 'https://d.example/unsubscribe', kind: 'unsubscribe' },
    { url: 'https://e.example/x', kind: 'header' },
    { url: 'https://bit.ly/x', kind: 'click', flags: ['shortener'] },
  ];
  for (const by of [config, { ...config, objects: false }]) {
    const event = build({ urls: found, attachments: [archive, logo] }, by);
    const all = [...event.Attribute, ...(event.Object ?? []).flatMap((object) => object.Attribute)];
    const rules = all.filter(({ to_ids }) => to_ids).map(({ value }) => value);
    const files = by.objects ? [archive.md5, archive.sha1, archive.sha256] : [];
    assert.deepEqual(new Set(rules), new Set(['https://a.example/click', 'https://b.example/qr', ...files]));
  }
  const none = build({ urls: found, attachments: [archive] }, { ...config, toIds: false });
  assert.ok((none.Object ?? []).every((object) => object.Attribute.every(({ to_ids }) => !to_ids)));
});

test('a file is reason for an event, a logo is none', () => {
  assert.equal(buildMispEvent(mispSource({ urls: [], attachments: [logo] }), config), null);
  assert.equal(objects(build({ urls: [], attachments: [archive] }), 'file').length, 1);
});

test('recipients and servers on the way do not correlate', () => {
  const event = build({ indicators: [{ type: 'ipv4', value: '203.0.113.9', role: 'received', position: 1 }] });
  const attributes = objects(event, 'email').flatMap((object) => object.Attribute);
  const correlating = attributes.filter((each) => !each.disable_correlation);
  assert.deepEqual(
    correlating.map(({ object_relation }) => object_relation),
    ['from', 'subject'],
  );
});

test('all objects have room in the first request, and what has none stands as plain attributes', async (context) => {
  const urls = Array.from({ length: 150 }, (_, index) => `https://host${index}.evil-bank.com/${index}`);
  const addresses = (who: string) => Array.from({ length: 80 }, (_, index) => `${who}${index}@corp.example`);
  const files = Array.from({ length: 90 }, (_, index) => ({
    ...archive,
    fileName: `${index}.zip`,
    part: `2.${index}`,
    sha256: String(index).padStart(64, '0'),
  }));
  const received = Array.from({ length: 60 }, (_, index) => ({
    ...{ type: 'ipv4' as const, value: `203.0.113.${index + 1}`, role: 'received' as const, position: index + 1 },
  }));
  const changes = {
    ...{
      urls,
      fromAddresses: addresses('from'),
      toAddresses: addresses('to'),
      attachments: files,
      indicators: received,
    },
    originals: Array.from({ length: 20 }, (_, index) => ({
      ...original([`https://host${index}.evil-bank.com/${index}`]),
      part: `${index}`,
    })),
  };
  const event = build(changes);
  const size = (event.Object ?? []).reduce((sum, object) => sum + object.Attribute.length, 0);
  assert.ok(size <= 500, String(size));
  const all = [...(event.Object ?? []).flatMap((object) => object.Attribute), ...event.Attribute].map(
    ({ value }) => value,
  );
  for (const value of [...urls, ...addresses('to'), ...files.map(({ sha256 }) => sha256)])
    assert.ok(all.includes(value), value);
  const { server, sink } = await startMisp(context);
  const result = await sendOne(sink, mispDocument(changes, config));
  assert.ok(result.status === 'delivered');
  assert.equal(told(result), '', 'no reference is lost');
  assert.equal(server.events.get(event.uuid)?.objects.length, event.Object?.length);
});

test('the same mail gives the same bytes again, and no UUID twice', () => {
  const changes = { attachments: [archive, member, logo], originals: [original(['https://evil.example/login'])] };
  const event = build(changes);
  assert.equal(JSON.stringify(build(structuredClone(changes))), JSON.stringify(event));
  const all = (event.Object ?? []).flatMap(({ uuid, Attribute: own, ObjectReference: references = [] }) => [
    uuid,
    ...own.map((each) => each.uuid),
    ...references.map((each) => each.uuid),
  ]);
  assert.equal(new Set(all).size, all.length);
});

const carrying = () =>
  mispDocument({ attachments: [archive, member, logo], originals: [original(['https://evil.example/login'])] }, config);

test('MISP holds the objects and their references after one request', async (context) => {
  const { server, sink } = await startMisp(context);
  const document = carrying();
  assert.deepEqual(await sendOne(sink, document), { status: 'delivered', reference: `${server.url}/events/view/1` });
  const stored = server.events.get(document.mispEvent?.uuid ?? '');
  assert.deepEqual(
    stored?.objects.map(({ uuid, references }) => [uuid, references.map(({ referenced_uuid }) => referenced_uuid)]),
    (document.mispEvent?.Object ?? []).map(({ uuid, ObjectReference: references = [] }) => [
      uuid,
      references.map(({ referenced_uuid }) => referenced_uuid),
    ]),
  );
  assert.equal(server.requests.length, 1);
});

test('objects that an earlier attempt did not bring over are added, and what is not is told', async (context) => {
  const { server, sink } = await startMisp(context);
  const document = carrying();
  await sendOne(sink, document);
  const stored = server.events.get(document.mispEvent?.uuid ?? '');
  const lost = stored?.objects.splice(2, 2) ?? [];
  assert.equal(lost.length, 2);
  const again = mispSinkFor(context, server);
  const result = await sendOne(again, document);
  assert.equal(result.status, 'delivered');
  const uuids = (list: readonly { readonly uuid: string }[] = []) => new Set(list.map(({ uuid }) => uuid));
  assert.deepEqual(uuids(stored?.objects), uuids(document.mispEvent?.Object));
  assert.match(told(result), /^MISP did not keep \d of \d references/);
});
