import assert from 'node:assert/strict';
import { test } from 'node:test';
import { presetEvents, summary } from '../../support/preset-events.js';
import { hashes, threatfoxCsv, threatfoxJson } from '../../support/preset-files.js';

async function outcome(options: object, file: string) {
  const { events, rejected } = await presetEvents('threatfox', options, file);
  return { events: events.map(summary), rejected: rejected.map(({ row, code, reason }) => `${row} ${code} ${reason}`) };
}

test('threatfox reads indicators of every kind, an event each', async () => {
  const { events, rejected } = await outcome({}, threatfoxJson);
  assert.deepEqual(events, [
    [
      `4+5 2026-02-28 [threatfox] Cobalt Strike - ${hashes.sha3384}`,
      'tags tlp:clear, threatfox, threat:botnet_cc, malware:Cobalt Strike, threatfox:CobaltStrike, threatfox:cs-watermark-1, misp-galaxy:malpedia="Cobalt Strike"',
      `Payload delivery/sha3-384 | ${hashes.sha3384} | "Cobalt Strike, botnet_cc, confidence 100, https://threatfox.abuse.ch/ioc/1000005/" | ids | from 2026-02-28T23:00:00.000000+00:00`,
      'Network activity/url | https://evil.example/gate | "Cobalt Strike, botnet_cc, confidence 100, https://threatfox.abuse.ch/ioc/1000005/" | ids | from 2026-02-28T23:00:00.000000+00:00',
    ],
    [
      `6 2026-03-01 [threatfox] Cobalt Strike - ${hashes.sha256.toUpperCase()}`,
      'tags tlp:clear, threatfox, threat:payload, malware:Cobalt Strike, threatfox:CobaltStrike, threatfox:cs-watermark-1, misp-galaxy:malpedia="Cobalt Strike"',
      `Payload delivery/sha256 | ${hashes.sha256} | "Cobalt Strike, payload, confidence 100, https://threatfox.abuse.ch/ioc/1000006/" | ids | from 2026-03-01T10:00:00.000000+00:00`,
    ],
    [
      '7 2026-03-01 [threatfox] unknown malware - shop.example',
      'tags tlp:clear, threatfox, threat:payload_delivery, threatfox:CobaltStrike, threatfox:cs-watermark-1',
      'Network activity/domain | shop.example | "unknown malware, payload_delivery, confidence 100, https://threatfox.abuse.ch/ioc/1000007/" | from 2026-03-01T10:00:00.000000+00:00',
      'External analysis/link | https://report.example/1 | "Report on shop.example"',
    ],
    [
      '8 2026-03-01 [threatfox] Cobalt Strike - [2001:db8::7]:443',
      'tags tlp:clear, threatfox, threat:botnet_cc, malware:Cobalt Strike, misp-galaxy:malpedia="Cobalt Strike"',
      'Network activity/ip-dst|port | 2001:db8::7|443 | "Cobalt Strike, botnet_cc, confidence 25, https://threatfox.abuse.ch/ioc/1000008/" | from 2026-03-01T10:00:00.000000+00:00',
    ],
    [
      '9 2026-03-01 [threatfox] Cobalt Strike - 198.51.100.7:8084',
      'tags tlp:clear, threatfox, threat:botnet_cc, malware:Cobalt Strike, threatfox:CobaltStrike, threatfox:cs-watermark-1, misp-galaxy:malpedia="Cobalt Strike"',
      'Network activity/ip-dst|port | 198.51.100.7|8084 | "Cobalt Strike, botnet_cc, confidence 100, https://threatfox.abuse.ch/ioc/1000009/" | ids | from 2026-03-01T10:00:00.000000+00:00',
    ],
  ]);
  assert.deepEqual(rejected, [
    '1 LW_ROW_DATE event.date: `{first_seen_utc}` has no value, and an event needs its day',
    '2 LW_ROW_VALUE attributes: none has a value, and an event needs one (attributes[0] ({ioc_type}): left out, MISP would drop it: `198.51.100.7|65536` is no ip-dst|port: a port is a whole number from 1 to 65535)',
    '3 LW_ROW_VALUE attributes: none has a value, and an event needs one (attributes[0] ({ioc_type}): left out: column ioc_type has `carrier_pigeon`, which its `map` does not name)',
  ]);
});

test('threatfox makes an event for the indicators of each day, also of compromised sites for detection', async () => {
  const { events, rejected } = await outcome({ per: 'day', compromisedToIds: true, references: false }, threatfoxJson);
  assert.deepEqual(events, [
    [
      '2+3+6+7+8+9 2026-03-01 [threatfox] Indicators of 2026-03-01',
      'tags tlp:clear, threatfox',
      `Payload delivery/sha256 | ${hashes.sha256} | "Cobalt Strike, payload, confidence 100, https://threatfox.abuse.ch/ioc/1000006/" | ids | from 2026-03-01T10:00:00.000000+00:00`,
      'Network activity/domain | shop.example | "unknown malware, payload_delivery, confidence 100, https://threatfox.abuse.ch/ioc/1000007/" | ids | from 2026-03-01T10:00:00.000000+00:00',
      'Network activity/ip-dst|port | 2001:db8::7|443 | "Cobalt Strike, botnet_cc, confidence 25, https://threatfox.abuse.ch/ioc/1000008/" | from 2026-03-01T10:00:00.000000+00:00',
      'Network activity/ip-dst|port | 198.51.100.7|8084 | "Cobalt Strike, botnet_cc, confidence 100, https://threatfox.abuse.ch/ioc/1000009/" | ids | from 2026-03-01T10:00:00.000000+00:00',
      'warning 2: attributes[0] ({ioc_type}): left out, MISP would drop it: `198.51.100.7|65536` is no ip-dst|port: a port is a whole number from 1 to 65535',
      'warning 3: attributes[0] ({ioc_type}): left out: column ioc_type has `carrier_pigeon`, which its `map` does not name',
    ],
    [
      '4+5 2026-02-28 [threatfox] Indicators of 2026-02-28',
      'tags tlp:clear, threatfox',
      `Payload delivery/sha3-384 | ${hashes.sha3384} | "Cobalt Strike, botnet_cc, confidence 100, https://threatfox.abuse.ch/ioc/1000005/" | ids | from 2026-02-28T23:00:00.000000+00:00`,
      'Network activity/url | https://evil.example/gate | "Cobalt Strike, botnet_cc, confidence 100, https://threatfox.abuse.ch/ioc/1000005/" | ids | from 2026-02-28T23:00:00.000000+00:00',
    ],
  ]);
  assert.deepEqual(rejected, [
    '1 LW_ROW_VALUE groupBy: none of {first_seen_utc|first:10} has a value, and they tell events apart',
  ]);
});

test('threatfox reads the CSV export, with blanks after its commas; a row of its older columns is rejected', async () => {
  const { events, rejected } = await outcome(
    { format: 'csv', galaxy: false, feedTags: false, toIdsFrom: 101 },
    threatfoxCsv,
  );
  assert.deepEqual(events, [
    [
      '10 2026-03-01 [threatfox] Cobalt Strike - 198.51.100.7:8084',
      'tags tlp:clear, threatfox, threat:botnet_cc, malware:Cobalt Strike',
      'Network activity/ip-dst|port | 198.51.100.7|8084 | "Cobalt Strike, botnet_cc, confidence 100, https://threatfox.abuse.ch/ioc/1000009/" | from 2026-03-01T10:00:00.000000+00:00',
    ],
    [
      '11 2026-03-01 [threatfox] Loki Password Stealer (PWS) - http://evil.example/five/fre.php',
      'tags tlp:clear, threatfox, threat:botnet_cc, malware:Loki Password Stealer (PWS)',
      'Network activity/url | http://evil.example/five/fre.php | "Loki Password Stealer (PWS), botnet_cc, confidence 75, https://threatfox.abuse.ch/ioc/1000001/" | from 2026-03-01T09:00:00.000000+00:00',
      `External analysis/link | https://bazaar.abuse.ch/sample/${hashes.sha256}/ | "Report on http://evil.example/five/fre.php"`,
    ],
  ]);
  assert.deepEqual(rejected, ['12 LW_ROW_COLUMNS has 14 columns where the header has 15']);
});

test('threatfox takes `toIdsFrom` as the lowest level with `to_ids`: 0 is all of them, 101 none', async () => {
  const iocs = ['', '0', '49', '50', '100'].map((confidence_level, index) => ({
    ...{ ioc_value: `h${index}.example`, ioc_type: 'domain', first_seen_utc: '2026-03-01 10:00:00' },
    ...(confidence_level === '' ? {} : { confidence_level: Number(confidence_level) }),
  }));
  const file = JSON.stringify(Object.fromEntries(iocs.map((ioc, index) => [`10${index}`, [ioc]])));
  const detected = async (toIdsFrom: number, compromisedToIds: boolean) => {
    const { events } = await presetEvents('threatfox', { toIdsFrom, compromisedToIds }, file);
    assert.deepEqual(
      events.flatMap(({ warnings, event }) => [warnings.length, event.Attribute.length]),
      iocs.flatMap(() => [0, 1]),
    );
    return events.filter(({ event }) => event.Attribute[0]?.to_ids).length;
  };
  for (const compromisedToIds of [true, false]) {
    const counts = [0, 1, 50, 101].map((toIdsFrom) => detected(toIdsFrom, compromisedToIds));
    assert.deepEqual(await Promise.all(counts), [5, 3, 2, 0]);
  }
});
