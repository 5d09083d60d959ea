import assert from 'node:assert/strict';
import { test } from 'node:test';
import { presetEvents, summary } from '../../support/preset-events.js';
import { onion, ransomwareLivePro, ransomwareLiveV2 } from '../../support/preset-files.js';

async function outcome(options: object, file: string) {
  const { events, rejected } = await presetEvents('ransomware-live', options, file);
  return { events: events.map(summary), rejected: rejected.map(({ row, code, reason }) => `${row} ${code} ${reason}`) };
}

test('ransomware-live makes an object for each victim', async () => {
  const { events, rejected } = await outcome({}, ransomwareLiveV2);
  assert.deepEqual(events, [
    [
      '1 2026-03-01 [ransomware-live] akira - Acme GmbH',
      'tags tlp:clear, ransomware-live, actor:akira, country:DE',
      'object ransomware-group-post',
      '  title = Other/text | Acme GmbH | from 2026-03-01T10:00:00.123456+00:00',
      '  entity-name = Other/text | Acme GmbH',
      '  ransomware-group = Other/text | akira | uncorrelated',
      '  date-published = Other/datetime | 2026-02-27T00:00:00.000000+0000 | uncorrelated',
      '  website = External analysis/link | https://acme.example',
      `  leak-site-url = External analysis/link | ${onion}/acme`,
      '  description = Other/text | They lost\n100 GB & more. | uncorrelated',
      '  geo = Other/text | DE | uncorrelated',
      '  sector = Other/text | Manufacturing | uncorrelated',
      '  link = External analysis/link | https://www.ransomware.live/id/QWNtZSBHbWJIQGFraXJh | uncorrelated',
      '  proof = External analysis/link | https://images.ransomware.live/victims/acme.png | uncorrelated',
    ],
    [
      '2 2026-03-01 [ransomware-live] akira - Nobody',
      'tags tlp:clear, ransomware-live, actor:akira',
      'object ransomware-group-post',
      '  title = Other/text | Nobody | from 2026-03-01T11:00:00.000000+00:00',
      '  entity-name = Other/text | Nobody',
      '  ransomware-group = Other/text | akira | uncorrelated',
    ],
  ]);
  assert.deepEqual(rejected, ['3 LW_ROW_DATE event.date: `{discovered}` has no value, and an event needs its day']);
});

test('ransomware-live gives the same as attributes, without the description and with leak sites for detection', async () => {
  const { events, rejected } = await outcome({ as: 'attributes', toIds: true, description: false }, ransomwareLiveV2);
  assert.deepEqual(events, [
    [
      '1 2026-03-01 [ransomware-live] akira - Acme GmbH',
      'tags tlp:clear, ransomware-live, actor:akira, country:DE',
      'Targeting data/target-org | Acme GmbH | "Victim" | from 2026-03-01T10:00:00.123456+00:00',
      'Attribution/threat-actor | akira | "Ransomware group"',
      'Other/datetime | 2026-02-27T00:00:00.000000+0000 | "Published" | uncorrelated',
      'External analysis/link | https://acme.example | "Website of the victim"',
      `Network activity/url | ${onion}/acme | "Leak site" | ids`,
      'Targeting data/target-location | DE | "Country of the victim" | uncorrelated',
      'External analysis/text | Manufacturing | "Sector of the victim" | uncorrelated',
      'External analysis/link | https://www.ransomware.live/id/QWNtZSBHbWJIQGFraXJh | "Page about the post" | uncorrelated',
      'External analysis/link | https://images.ransomware.live/victims/acme.png | "Screenshot of the post" | uncorrelated',
    ],
    [
      '2 2026-03-01 [ransomware-live] akira - Nobody',
      'tags tlp:clear, ransomware-live, actor:akira',
      'Targeting data/target-org | Nobody | "Victim" | from 2026-03-01T11:00:00.000000+00:00',
      'Attribution/threat-actor | akira | "Ransomware group"',
    ],
  ]);
  assert.deepEqual(rejected, ['3 LW_ROW_DATE event.date: `{discovered}` has no value, and an event needs its day']);
});

test('ransomware-live reads the answer of the paid API', async () => {
  const { events, rejected } = await outcome({ api: 'pro' }, ransomwareLivePro);
  assert.deepEqual(events, [
    [
      '1 2026-03-01 [ransomware-live] akira - Acme GmbH',
      'tags tlp:clear, ransomware-live, actor:akira, country:DE',
      'object ransomware-group-post',
      '  title = Other/text | Acme GmbH | from 2026-03-01T10:00:00.123456+00:00',
      '  entity-name = Other/text | Acme GmbH',
      '  ransomware-group = Other/text | akira | uncorrelated',
      '  date-published = Other/datetime | 2026-02-27T00:00:00.000000+0000 | uncorrelated',
      '  website = External analysis/link | https://acme.example',
      `  leak-site-url = External analysis/link | ${onion}/acme`,
      '  description = Other/text | They lost\n100 GB & more. | uncorrelated',
      '  geo = Other/text | DE | uncorrelated',
      '  sector = Other/text | Manufacturing | uncorrelated',
      '  link = External analysis/link | https://www.ransomware.live/id/QWNtZSBHbWJIQGFraXJh | uncorrelated',
      '  proof = External analysis/link | https://images.ransomware.live/victims/acme.png | uncorrelated',
    ],
  ]);
  assert.deepEqual(rejected, []);
});
