import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { authenticationBy, readAuthenticationReports } from '../../src/mail/authentication-results.js';
import { scanHeaders } from '../../src/mail/headers.js';

const host = 'mx.corp.example';

function believed(...lines: string[]): string[] | undefined {
  return believedOf(1, ...lines);
}

function believedOf(headers: number, ...lines: string[]): string[] | undefined {
  const reports = readAuthenticationReports(scanHeaders(Buffer.from(lines.join('\r\n'))));
  return authenticationBy(host, reports, headers)?.map(({ method, result }) => `${method}=${result}`);
}

const received = 'Received: from evil by mx.corp.example; Mon, 2 Nov 2026 08:00:00 +0000';
const ours = 'Authentication-Results: mx.corp.example; spf=fail smtp.mailfrom=bank.example; dmarc=fail';
const forged = 'Authentication-Results: mx.corp.example; spf=pass; dkim=pass; dmarc=pass';

describe('what the own host reported', () => {
  it('is read with what it checked, comments and quotes taken out', () => {
    const field =
      'authentication-results: MX.corp.example 1 (it; is spf=pass); spf=Fail (sender \\) IP) smtp.mailfrom="a;b"@bank.example;' +
      '\r\n\tdkim=pass (2048-bit key; unprotected) header.d=bank.example header.b=abc=; dkim/1 = none; arc=pass (i=1);' +
      '\r\n\tdmarc=fail action=none header.from=bank.example; iprev=pass; x-spam=yes';
    const reports = readAuthenticationReports(scanHeaders(Buffer.from(field)));
    assert.deepEqual(authenticationBy('mx.Corp.example', reports), [
      { method: 'spf', result: 'fail', properties: { 'smtp.mailfrom': 'a;b@bank.example' } },
      { method: 'dkim', result: 'pass', properties: { 'header.d': 'bank.example', 'header.b': 'abc=' } },
      { method: 'dkim', result: 'none', properties: {} },
      { method: 'arc', result: 'pass', properties: {} },
      { method: 'dmarc', result: 'fail', properties: { 'header.from': 'bank.example' } },
    ]);
  });

  it('is what stands above, whatever a sender forged below', () => {
    assert.deepEqual(believed(ours, received, forged), ['spf=fail', 'dmarc=fail']);
    assert.deepEqual(believed(received, ours, 'Subject: x', forged), ['spf=fail', 'dmarc=fail']);
    assert.deepEqual(believed(ours, 'X-Spam: no', forged), ['spf=fail', 'dmarc=fail']);
  });

  it('is not overruled by a forged header that adjoins it', () => {
    assert.deepEqual(believed(received, ours, forged), ['spf=fail', 'dmarc=fail']);
    assert.deepEqual(believed('Authentication-Results: mx.corp.example; spf=fail', forged), ['spf=fail']);
  });

  it('stands above what any other host reported', () => {
    const other = 'Authentication-Results: relay.example; spf=pass';
    assert.equal(believed(other, received, forged), undefined);
    assert.equal(believedOf(3, other, forged), undefined);
    assert.equal(believed('Authentication-Results: spf=pass smtp.mailfrom=bank.example', received, forged), undefined);
    assert.deepEqual(believedOf(3, ours, other, forged), ['spf=fail', 'dmarc=fail']);
  });

  it('may stand in several headers in one go, where that is said, with what filters write between', () => {
    const dkim = 'Authentication-Results: mx.corp.example; dkim=pass header.d=bank.example';
    const filter = 'DMARC-Filter: OpenDMARC Filter v1.4.2 mx.corp.example 4ABC';
    const lines = [ours, filter, dkim, received, forged];
    assert.deepEqual(believedOf(2, ...lines), ['spf=fail', 'dmarc=fail', 'dkim=pass']);
    assert.deepEqual(believedOf(5, ...lines), ['spf=fail', 'dmarc=fail', 'dkim=pass']);
    assert.deepEqual(believed(...lines), ['spf=fail', 'dmarc=fail']);
  });

  it('is nothing that another host reported, also not one with a similar name', () => {
    for (const other of ['mx.corp.example.evil.example', 'xmx.corp.example', 'evil.example', 'mx.corp.example@evil']) {
      assert.equal(believed(`Authentication-Results: ${other}; spf=pass`), undefined);
    }
    assert.equal(believed('Authentication-Results: evil.example (mx.corp.example); spf=pass'), undefined);
    assert.equal(believed('Authentication-Results: spf=pass smtp.mailfrom=bank.example; dkim=pass'), undefined);
    assert.equal(believed('ARC-Authentication-Results: i=1; mx.corp.example; spf=pass'), undefined);
    assert.equal(believed('X-Authentication-Results: mx.corp.example; spf=pass'), undefined);
  });

  it('is empty where the host checked nothing, and undefined where it said nothing', () => {
    assert.deepEqual(believed('Authentication-Results: mx.corp.example; none'), []);
    assert.equal(believed(received), undefined);
  });

  it('is never the fault of a text that cannot be read', () => {
    const sign = fc.constantFrom(
      '(',
      ')',
      '"',
      '\\',
      ';',
      '=',
      ' ',
      'spf',
      'pass',
      'smtp.mailfrom',
      '__proto__',
      '.',
      '\u0000',
    );
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(sign).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(value, (text) => {
        const field = { name: 'authentication-results', value: `mx.corp.example; ${text}` };
        assert.ok(Array.isArray(authenticationBy(host, readAuthenticationReports([field]))) || text.startsWith('='));
      }),
      { numRuns: 300 },
    );
  });
});
