import assert from 'node:assert/strict';
import { test } from 'node:test';
import { presetEvents, summary } from '../../support/preset-events.js';
import { feodoCsv, feodoJson } from '../../support/preset-files.js';

async function outcome(options: object, file: string) {
  const { events, rejected } = await presetEvents('feodo-tracker', options, file);
  return { events: events.map(summary), rejected: rejected.map(({ row, code, reason }) => `${row} ${code} ${reason}`) };
}

test('feodo-tracker makes an event for each server, and none for one without a valid port or day', async () => {
  const { events, rejected } = await outcome({}, feodoJson);
  assert.deepEqual(events, [
    [
      '1 2026-03-01 [feodo-tracker] QakBot C2 198.51.100.7:443',
      'tags tlp:clear, feodo-tracker, threat:botnet_cc, malware:QakBot, country:DE',
      'Network activity/ip-dst|port | 198.51.100.7|443 | "QakBot botnet C2" | ids | from 2026-03-01T10:00:00.000000+00:00',
      'Network activity/hostname | vm-7.hoster.example | "Host name of 198.51.100.7"',
      'Network activity/AS | 64500 | "EXAMPLE-AS, network of 198.51.100.7" | uncorrelated',
    ],
    [
      '2 2026-02-01 [feodo-tracker] QakBot C2 203.0.113.9:8080',
      'tags tlp:clear, feodo-tracker, threat:botnet_cc, malware:QakBot, country:FR',
      'Network activity/ip-dst|port | 203.0.113.9|8080 | "QakBot botnet C2" | ids | from 2026-02-01T10:00:00.000000+00:00',
      'Network activity/AS | 64501 | "OTHER-AS, network of 203.0.113.9" | uncorrelated',
    ],
  ]);
  assert.deepEqual(rejected, [
    '3 LW_ROW_VALUE attributes: none has a value, and an event needs one (attributes[0] (ip-dst|port): left out, MISP would drop it: `203.0.113.10|65536` is no ip-dst|port: a port is a whole number from 1 to 65535)',
    '4 LW_ROW_DATE event.date: `{first_seen}` has no value, and an event needs its day',
  ]);
});

test('feodo-tracker makes an event for each malware', async () => {
  const { events, rejected } = await outcome({ per: 'malware', toIds: false }, feodoJson);
  assert.deepEqual(events, [
    [
      '1+2 2026-03-01 [feodo-tracker] QakBot C2 servers',
      'tags tlp:clear, feodo-tracker, threat:botnet_cc, malware:QakBot',
      'Network activity/ip-dst|port | 198.51.100.7|443 | "QakBot botnet C2" | from 2026-03-01T10:00:00.000000+00:00',
      'Network activity/hostname | vm-7.hoster.example | "Host name of 198.51.100.7"',
      'Network activity/AS | 64500 | "EXAMPLE-AS, network of 198.51.100.7" | uncorrelated',
      'Network activity/ip-dst|port | 203.0.113.9|8080 | "QakBot botnet C2" | from 2026-02-01T10:00:00.000000+00:00',
      'Network activity/AS | 64501 | "OTHER-AS, network of 203.0.113.9" | uncorrelated',
    ],
  ]);
  assert.deepEqual(rejected, [
    '3 LW_ROW_VALUE groupBy: none of malware has a value, and they tell events apart',
    '4 LW_ROW_DATE event.date: `{first_seen}` has no value, and an event needs its day',
  ]);
});

test('feodo-tracker reads the CSV list, whose header is no comment', async () => {
  const { events, rejected } = await outcome({ format: 'csv' }, feodoCsv);
  assert.deepEqual(events, [
    [
      '10 2026-03-01 [feodo-tracker] QakBot C2 198.51.100.7:443',
      'tags tlp:clear, feodo-tracker, threat:botnet_cc, malware:QakBot',
      'Network activity/ip-dst|port | 198.51.100.7|443 | "QakBot botnet C2" | ids | from 2026-03-01T10:00:00.000000+00:00',
    ],
  ]);
  assert.deepEqual(rejected, [
    '11 LW_ROW_VALUE attributes: none has a value, and an event needs one (attributes[0] (ip-dst|port): left out, MISP would drop it: `198.051.100.9|8080` is no ip-dst|port: the address has an invalid format)',
  ]);
});
