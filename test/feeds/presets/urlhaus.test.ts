import assert from 'node:assert/strict';
import { test } from 'node:test';
import { presetEvents, summary } from '../../support/preset-events.js';
import { urlhausCsv, urlhausJson } from '../../support/preset-files.js';

async function outcome(options: object, file: string) {
  const { events, rejected } = await presetEvents('urlhaus', options, file);
  return { events: events.map(summary), rejected: rejected.map(({ row, code, reason }) => `${row} ${code} ${reason}`) };
}

test('urlhaus reads the recent URLs, an event each, with what cannot be one rejected', async () => {
  const { events, rejected } = await outcome({}, urlhausCsv);
  assert.deepEqual(events, [
    [
      '10 2026-03-02 [urlhaus] http://198.51.100.7:48213/bin.sh',
      'tags tlp:clear, urlhaus, threat:malware_download, urlhaus:32-bit, urlhaus:elf, urlhaus:mips, urlhaus:Mozi',
      'Network activity/url | http://198.51.100.7:48213/bin.sh | "malware_download, reported by reporter1, https://urlhaus.abuse.ch/url/3000004/" | ids | from 2026-03-02T00:05:06.000000+00:00',
    ],
    [
      '11 2026-03-01 [urlhaus] https://evil.example/a?b=1,2&c=%22x%22',
      'tags tlp:clear, urlhaus, threat:malware_download',
      'Network activity/url | https://evil.example/a?b=1,2&c=%22x%22 | "malware_download, reported by abuse_ch, https://urlhaus.abuse.ch/url/3000003/" | ids | from 2026-03-01T23:59:59.000000+00:00',
    ],
    [
      '12 2026-03-01 [urlhaus] http://münchen.example/ü "x".exe',
      'tags tlp:clear, urlhaus, urlhaus:exe, urlhaus:AgentTesla',
      'Network activity/url | http://münchen.example/ü "x".exe | "unknown threat, reported by somebody, https://urlhaus.abuse.ch/url/3000002/" | ids | from 2026-03-01T08:00:00.000000+00:00',
    ],
  ]);
  assert.deepEqual(rejected, [
    '13 LW_ROW_COLUMNS has 3 columns where the header has 9',
    '14 LW_ROW_DATE event.date: `{dateadded}`: `0000-00-00 00:00:00` is no date by iso (UTC where it names no zone)',
  ]);
});

test('urlhaus makes an event for the URLs of each day', async () => {
  const { events, rejected } = await outcome({ per: 'day' }, urlhausCsv);
  assert.deepEqual(events, [
    [
      '10 2026-03-02 [urlhaus] URLs of 2026-03-02',
      'tags tlp:clear, urlhaus',
      'Network activity/url | http://198.51.100.7:48213/bin.sh | "malware_download, reported by reporter1, https://urlhaus.abuse.ch/url/3000004/" | ids | from 2026-03-02T00:05:06.000000+00:00',
    ],
    [
      '11+12 2026-03-01 [urlhaus] URLs of 2026-03-01',
      'tags tlp:clear, urlhaus',
      'Network activity/url | https://evil.example/a?b=1,2&c=%22x%22 | "malware_download, reported by abuse_ch, https://urlhaus.abuse.ch/url/3000003/" | ids | from 2026-03-01T23:59:59.000000+00:00',
      'Network activity/url | http://münchen.example/ü "x".exe | "unknown threat, reported by somebody, https://urlhaus.abuse.ch/url/3000002/" | ids | from 2026-03-01T08:00:00.000000+00:00',
    ],
  ]);
  assert.deepEqual(rejected, [
    '13 LW_ROW_COLUMNS has 3 columns where the header has 9',
    '14 LW_ROW_DATE event.date: `{dateadded}`: `0000-00-00 00:00:00` is no date by iso (UTC where it names no zone)',
  ]);
});

test('urlhaus reads the JSON export, an id with a list each', async () => {
  const { events, rejected } = await outcome(
    { format: 'json', feedTags: false, toIds: false, tlp: 'none' },
    urlhausJson,
  );
  assert.deepEqual(events, [
    [
      '2 2026-03-01 [urlhaus] https://evil.example/a',
      'tags urlhaus, threat:malware_download',
      'Network activity/url | https://evil.example/a | "malware_download, reported by abuse_ch, https://urlhaus.abuse.ch/url/3000003/" | from 2026-03-01T23:59:59.000000+00:00',
    ],
    [
      '3 2026-03-02 [urlhaus] http://198.51.100.7:48213/bin.sh',
      'tags urlhaus, threat:malware_download',
      'Network activity/url | http://198.51.100.7:48213/bin.sh | "malware_download, reported by reporter1, https://urlhaus.abuse.ch/url/3000004/" | from 2026-03-02T00:05:06.000000+00:00',
    ],
  ]);
  assert.deepEqual(rejected, ['1 LW_ROW_DATE event.date: `{dateadded}` has no value, and an event needs its day']);
});
