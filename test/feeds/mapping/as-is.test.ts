import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileAsIs } from '../../../src/feeds/mapping/as-is.js';
import type { BuiltEvent } from '../../../src/feeds/mapping/compile.js';
import type { MispEvent } from '../../../src/misp/types.js';
import { readFeedBytes } from '../../support/feed-reading.js';
import { mispDefaults } from '../../support/mapping.js';

const mapping = compileAsIs('partner', mispDefaults);

const uuid = '5b0c5a1e-8a3c-4c4e-9f8c-2a7d0a0b0c01';
const other = (last: string) => `${uuid.slice(0, -2)}${last}`;
const event = { uuid, info: 'Somebody’s event', date: '2026-03-01', threat_level_id: '2', analysis: '1' };

/** What the events of one key in a file become. */
async function built(...events: readonly object[]): Promise<BuiltEvent> {
  const { rows } = await readFeedBytes(JSON.stringify(events.map((Event) => ({ Event }))), { kind: 'misp' });
  const [key] = rows.map((row) => mapping.keyOf(row));
  assert.ok(typeof key === 'string', 'the row has a key');
  return mapping.buildEvent(key, rows);
}

async function imported(parts: object): Promise<{ readonly event: MispEvent; readonly warnings: readonly string[] }> {
  const { event: one, rejected } = await built({ ...event, ...parts });
  assert.deepEqual(rejected, []);
  assert.ok(one !== undefined);
  return { event: one.event, warnings: one.warnings.map(({ code, reason }) => `${code} ${reason}`) };
}

const template = { template_uuid: '688c46fb-5edb-40a3-8273-1af7923e2215', template_version: '25' };
const file = { name: 'file', 'meta-category': 'file', description: 'A file', ...template };

describe('an event of MISP that is imported as it is', () => {
  it('keeps what it says of itself, and is distributed as we say', async () => {
    const { event: one, warnings } = await imported({
      uuid: uuid.toUpperCase(),
      ...{ distribution: '3', sharing_group_id: '7', published: true, id: '17', org_id: '5', timestamp: '1772360000' },
      Tag: [{ name: 'tlp:green', colour: '#339900' }, { name: 'TLP:GREEN' }, { name: 'osint' }],
      Galaxy: [{ GalaxyCluster: [{ tag_name: 'misp-galaxy:ransomware="Akira"' }] }],
    });
    assert.deepEqual(one, {
      ...event,
      distribution: '0',
      published: false,
      Tag: [{ name: 'tlp:green' }, { name: 'osint' }, { name: 'misp-galaxy:ransomware="Akira"' }],
      Attribute: [],
    });
    assert.deepEqual(warnings, []);
  });

  it('keeps attributes with their UUIDs, comments, flags, dates and tags', async () => {
    const { event: one, warnings } = await imported({
      Attribute: [
        {
          ...{
            uuid: other('11').toUpperCase(),
            type: 'url',
            category: 'Payload delivery',
            value: 'https://x.example/',
          },
          ...{ comment: 'two\nlines 😀', to_ids: '0', disable_correlation: true, timestamp: '1.5', distribution: '5' },
          ...{ first_seen: '2026-02-01T10:00:00.123456+09:00', last_seen: '2026-02-02', Tag: [{ name: 'phase:2' }] },
        },
        { uuid: other('12'), type: 'md5', value: '44D88612FEA8A8F36DE82E1278ABB02F', first_seen: null, to_ids: null },
        { uuid: other('13'), type: 'AS', value: 64500, deleted: '1' },
      ],
    });
    assert.deepEqual(one.Attribute, [
      {
        ...{ uuid: other('11'), type: 'url', category: 'Payload delivery', value: 'https://x.example/' },
        ...{ comment: 'two\nlines \\u{1F600}', to_ids: false, disable_correlation: true },
        ...{ first_seen: '2026-02-01T10:00:00.123456+09:00', last_seen: '2026-02-02T00:00:00.000000+00:00' },
        Tag: [{ name: 'phase:2' }],
      },
      {
        ...{ uuid: other('12'), type: 'md5', category: 'Payload delivery', value: '44d88612fea8a8f36de82e1278abb02f' },
        ...{ comment: '', to_ids: true, disable_correlation: false },
      },
    ]);
    assert.deepEqual(warnings, []);
  });

  it('keeps objects with what is in them', async () => {
    const attribute = { type: 'filename', category: 'Payload delivery', value: 'a.exe', object_relation: 'filename' };
    const { event: one, warnings } = await imported({
      Object: [
        {
          ...{ ...file, uuid: other('21'), comment: 'dropped', first_seen: '2026-02-01T00:00:00+00:00' },
          Attribute: [
            { ...attribute, uuid: other('22') },
            { ...attribute, uuid: other('23') },
          ],
        },
        { ...file, uuid: other('24'), deleted: true, Attribute: [{ ...attribute, uuid: other('25') }] },
      ],
    });
    const stored = { ...attribute, comment: '', to_ids: true, disable_correlation: false };
    assert.deepEqual(one.Object, [
      {
        ...{ ...file, uuid: other('21'), comment: 'dropped', first_seen: '2026-02-01T00:00:00.000000+00:00' },
        Attribute: [
          { ...stored, uuid: other('22') },
          { ...stored, uuid: other('23') },
        ],
      },
    ]);
    assert.deepEqual(warnings, []);
  });

  it('gets UUIDs like ours, always the same, where they are missing, none, or taken', async () => {
    const parts = {
      Attribute: [
        { type: 'domain', value: 'a.example' },
        { uuid: 'no-uuid', type: 'domain', value: 'b.example' },
        { uuid: other('31'), type: 'domain', value: 'c.example' },
        { uuid: other('31'), type: 'domain', value: 'd.example' },
      ],
      Object: [{ ...file, Attribute: [{ type: 'filename', value: 'a.exe', object_relation: 'filename' }] }],
    };
    const [one, again] = [await imported(parts), await imported(parts)];
    assert.deepEqual(one, again);
    const uuids = [
      ...one.event.Attribute,
      ...(one.event.Object ?? []).flatMap((object) => [object, ...object.Attribute]),
    ]
      .map((each) => each.uuid)
      .filter((each) => /^[0-9a-f-]{14}[45][0-9a-f-]{21}$/.test(each));
    assert.equal(new Set(uuids).size, 6);
    assert.equal(one.event.Attribute[2]?.uuid, other('31'));
  });
});

describe('what MISP would drop of it', () => {
  it('is left out with a warning', async () => {
    const { event: one, warnings } = await imported({
      Attribute: [
        { type: 'ip-dst', value: '198.51.100.700' },
        { type: 'ip-dsst', value: '198.51.100.7' },
        { type: 'url', category: 'Person', value: 'https://x.example/' },
        'nonsense',
        { type: 'domain', value: 'a.example', comment: 'kept', last_seen: 'yesterday' },
        { type: 'domain', value: 'A.example', comment: 'another' },
        { type: 'domain', value: 'a.example', comment: 'kept' },
        { type: 'malware-sample', value: 'a.exe|44d88612fea8a8f36de82e1278abb02f', data: 'UEsDBA==' },
      ],
      Object: [
        { ...file, template_uuid: 'x', name: 'never-heard-of', Attribute: [] },
        { ...file, Attribute: [{ type: 'filename', value: 'a.exe' }] },
      ],
      Tag: [{ name: 'ours-alone', local: 1 }, { name: 'x'.repeat(256) }],
      analysis: '9',
      EventReport: [{ name: 'report' }],
    });
    assert.deepEqual(
      one.Attribute.map(({ value, comment }) => [value, comment]),
      [
        ['a.example', 'kept'],
        ['a.exe|44d88612fea8a8f36de82e1278abb02f', ''],
      ],
    );
    assert.equal(one.Object, undefined);
    assert.deepEqual([one.Tag, one.analysis], [[], '0']);
    const expected = [
      /^LW_WARN_OBJECT Object\[0\]: left out, MISP would drop it: its template_uuid `x` is no UUID$/,
      /^LW_WARN_OBJECT Object\[1\]\.Attribute\[0\]: .* no object_relation$/,
      /^LW_WARN_OBJECT Object\[1\]: left out, .*no attributes$/,
      /^LW_WARN_FIELD analysis: 0 instead of `9`/,
      /^LW_WARN_TAG Tag: left out: `x+…` has more than the 255 characters/,
      /^LW_WARN_TAG Tag: left out: `ours-alone`, local/,
      /^LW_WARN_VALUE Attribute\[0\]: left out, MISP would drop it: `198\.51\.100\.700` is no ip-dst/,
      /^LW_WARN_TYPE Attribute\[1\]: .*no type `ip-dsst`; did you mean `ip-dst`/,
      /^LW_WARN_TYPE Attribute\[2\]: .*in no category `Person`/,
      /^LW_WARN_VALUE Attribute\[3\]: left out: it is no attribute$/,
      /^LW_WARN_DATE Attribute\[4\]: without last_seen: `yesterday` is no date$/,
      /^LW_WARN_REPEATED Attribute\[5\]: left out, .*has this domain already, with other words$/,
      /^LW_WARN_NOT_IMPORTED Attribute\[7\]: without its file/,
      /^LW_WARN_NOT_IMPORTED EventReport: left out/,
    ];
    assert.equal(warnings.length, expected.length, warnings.join('\n'));
    for (const [index, pattern] of expected.entries()) assert.match(warnings[index] ?? '', pattern);
  });
});

describe('an event that cannot exist', () => {
  it('is a rejected row', async () => {
    for (const [broken, code, reason] of [
      [{ ...event, date: '2026-02-30' }, 'LW_ROW_DATE', 'date: `2026-02-30` is no date'],
      [{ ...event, info: ' ' }, 'LW_ROW_VALUE', 'info: is empty, and an event needs it'],
    ] as const) {
      const { event: none, rejected } = await built(broken);
      assert.equal(none, undefined);
      assert.deepEqual(
        rejected.map((one) => [one.row, one.code, one.reason]),
        [[1, code, reason]],
      );
    }
  });

  it('is a rejected row where nothing tells it from others', async () => {
    const text = JSON.stringify([
      { ...event, uuid: undefined },
      { ...event, uuid: '01890a5d-ac96-774b-bcce-b302099a8057' },
    ]);
    const { rows } = await readFeedBytes(text, { kind: 'misp' });
    const reasons = rows.map((row) => {
      const key = mapping.keyOf(row);
      return typeof key === 'string' ? key : key.reason;
    });
    assert.deepEqual(reasons, [
      'uuid: is missing, and it tells events apart',
      'uuid: `01890a5d-ac96-774b-bcce-b302099a8057` is no UUID that MISP takes',
    ]);
  });
});

describe('an event that the feed has several times', () => {
  it('is what the newest says, and the others are told', async () => {
    const { event: one } = await built(
      { ...event, info: 'old', timestamp: '100' },
      { ...event, info: 'new', timestamp: '300' },
      { ...event, info: 'middle', timestamp: 200 },
      { ...event, info: 'new', timestamp: '300' },
    );
    assert.equal(one?.event.info, 'new');
    assert.deepEqual(
      one?.warnings.map(({ row, code, reason }) => [row, code, reason]),
      [
        [3, 'LW_WARN_REPEATED', 'left out: the feed has this event again, as feed, row 4'],
        [1, 'LW_WARN_REPEATED', 'left out: the feed has this event again, as feed, row 4'],
      ],
    );
    assert.equal(one?.rows.length, 4);
  });
});
