import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HostNames } from '../../../src/indicators/exclude/host-names.js';

const names = new HostNames();
names.add('*.corp.example');

describe('a set of domains', () => {
  it('has a host that is one of them, or lies below', () => {
    assert.equal(names.find('Corp.Example.'), 'corp.example');
    assert.equal(names.find('a.b.corp.example'), 'corp.example');
    assert.equal(names.find('notcorp.example'), undefined);
    assert.equal(names.find('corp.example.net'), undefined);
  });

  it('has one also at the end of a host that is longer than any name', () => {
    for (const length of [236, 237, 238, 239, 240, 241, 242, 1_000]) {
      assert.equal(names.find(`${'a'.repeat(length)}.corp.example`), 'corp.example');
      assert.equal(names.find(`${'a'.repeat(length)}corp.example`), undefined);
    }
  });

  it('takes time linear in the host', () => {
    const startMs = process.cpuUsage().user / 1000;
    assert.equal(names.find(`${'a.'.repeat(500_000)}corp.example`), 'corp.example');
    assert.ok(process.cpuUsage().user / 1000 - startMs < 5_000);
  });
});
