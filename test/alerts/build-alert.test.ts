import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildAlert } from '../../src/alerts/build-alert.js';
import type { Extraction } from '../../src/indicators/types.js';

const receivedAtMs = Date.UTC(2026, 10, 2, 8, 0);

const extraction: Extraction = {
  extractorVersion: '1',
  subject: 'Invoice',
  from: '"Billing" <billing@a.example>',
  to: 'soc@example.com',
  fromAddresses: ['billing@a.example'],
  toAddresses: ['soc@example.com'],
  messageId: '<1@a.example>',
  dateMs: receivedAtMs - 60_000,
  urls: [],
  attachments: [],
  findings: [],
};

function alertOf(changed: Partial<Extraction> = {}) {
  return buildAlert({
    alertId: 'abcdefghijklmnopqrstuvwxyz',
    ticketId: '1@a.example',
    extraction: { ...extraction, ...changed },
    receivedAtMs,
    environment: 'Default Environment',
    priority: 60,
  });
}

describe('an alert', () => {
  it('has the names that playbooks of the email connector expect, and no others', () => {
    const time = receivedAtMs - 60_000;
    assert.deepEqual(alertOf({ urls: [{ url: 'https://a.example/', kind: 'text' }] }), {
      display_id: 'abcdefghijklmnopqrstuvwxyz',
      ticket_id: '1@a.example',
      name: 'Invoice',
      rule_generator: 'Mail',
      start_time: time,
      end_time: time,
      priority: 60,
      device_vendor: 'Mail',
      device_product: 'Mail',
      environment: 'Default Environment',
      events: [
        {
          StartTime: String(time),
          EndTime: String(time),
          event_name: 'Suspicious email',
          device_product: 'Mail',
          Subject: 'Invoice',
          SourceUserName: '"Billing" <billing@a.example>',
          DestinationUserName: 'soc@example.com',
          found_url: 'https://a.example/',
          found_url_kind: 'text',
        },
      ],
    });
  });

  it('joins URLs by commas and encodes those inside', () => {
    const urls = ['https://a.example/x,y,z', 'https://b.example/'].map((url) => ({ url, kind: 'click' as const }));
    assert.equal(alertOf({ urls }).events[0]?.found_url, 'https://a.example/x%2Cy%2Cz,https://b.example/');
  });

  it('has a name where the mail has no Subject, or an empty one', () => {
    assert.equal(alertOf({ subject: null }).name, '(no subject)');
    assert.equal(alertOf({ subject: '' }).name, '(no subject)');
    assert.equal(alertOf({ subject: null }).events[0]?.Subject, '');
  });

  for (const [what, dateMs] of [
    ['is missing', null],
    ['lies in the future', receivedAtMs + 1],
    ['lies before 1970', -1],
  ] as const) {
    it(`starts when the server received the mail where the Date ${what}`, () => {
      assert.equal(alertOf({ dateMs }).start_time, receivedAtMs);
      assert.equal(alertOf({ dateMs }).events[0]?.StartTime, String(receivedAtMs));
    });
  }

  it('says what was cut, and only then', () => {
    const findings = [
      { code: 'size-cut', text: 'One.' },
      { code: 'no-body', text: 'Two.' },
    ];
    assert.equal(alertOf({ findings }).events[0]?.findings, 'One.; Two.');
    assert.equal('findings' in (alertOf().events[0] ?? {}), false);
  });
});
