import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ledgerOf } from '../../bench/chaos/aftermath.js';
import { type Aftermath, audit } from '../../bench/chaos/audit.js';
import { chaosPlan, describeFault } from '../../bench/chaos/plan.js';

describe('the plan of a chaos run', () => {
  it('is the same for the same seed, and the beginning of a longer one', () => {
    const plan = chaosPlan(7, 40, 3);
    assert.deepEqual(chaosPlan(7, 40, 3), plan);
    assert.deepEqual(chaosPlan(7, 12, 3), plan.slice(0, 12));
    assert.notDeepEqual(chaosPlan(8, 40, 3), plan);
  });

  it('has every kind of fault in its first eleven, and only workers that there are', () => {
    for (const seed of [1, 2, 3]) {
      const first = chaosPlan(seed, 11, 2);
      assert.equal(new Set(first.map(({ fault }) => fault.kind)).size, 10);
      for (const { fault } of chaosPlan(seed, 100, 2)) if ('worker' in fault) assert.ok(fault.worker < 2);
    }
  });

  it('reads as what is done', () => {
    assert.equal(
      describeFault({ pauseMs: 1500, fault: { kind: 'hang store', awayMs: 2000 } }),
      'after 1.5 s: hang store for 2.0 s',
    );
    assert.equal(
      describeFault({ pauseMs: 500, fault: { kind: 'kill worker', worker: 0 } }),
      'after 0.5 s: kill worker 1',
    );
  });
});

describe('the count after a chaos run', () => {
  const sound: Aftermath = {
    expected: ['a', 'b'],
    arrivals: new Map([
      ['a', 1],
      ['b', 1],
    ]),
    ledger: new Map([
      ['a', { claims: 1, outcome: true }],
      ['b', { claims: 1, outcome: true }],
    ]),
    documents: 2,
    messages: 2,
    unread: 0,
    inMailbox: 2,
    openWorkflows: 0,
  };

  it('finds nothing where each mail became one alert', () => {
    assert.deepEqual(audit(sound), { findings: [], repeats: 0 });
  });

  it('names what is missing, foreign or left over', () => {
    for (const [change, words] of [
      [{ arrivals: new Map([['a', 1]]) }, '1 mails never came to the target (b)'],
      [{ arrivals: new Map([...sound.arrivals, ['c', 1]]) }, '1 alerts came to the target that are of no mail (c)'],
      [{ expected: ['a', 'a'] }, '1 mails have an alert id that another mail has'],
      [
        { ledger: new Map([...sound.ledger, ['b', { claims: 1, outcome: false }]]) },
        '1 alerts have no outcome in the ledger (b)',
      ],
      [{ documents: 3 }, '3 alert documents for 2 mails'],
      [{ messages: 1 }, '1 message records for 2 mails'],
      [{ inMailbox: 1 }, '1 mails in the mailbox for 2 mails'],
      [{ unread: 1 }, '1 mails are unread'],
      [{ openWorkflows: 4 }, '4 workflows are still open'],
    ] as const) {
      const { findings } = audit({ ...sound, ...change });
      assert.ok(findings.includes(words), `${words} is not among ${findings.join('; ')}`);
    }
  });

  it('accepts a repeat under a claim of its own, and none without', () => {
    const arrivals = new Map([...sound.arrivals, ['b', 2] as const]);
    assert.deepEqual(audit({ ...sound, arrivals }).findings, ['1 alerts came more often than they were claimed (b)']);
    const ledger = new Map([...sound.ledger, ['b', { claims: 2, outcome: true }] as const]);
    assert.deepEqual(audit({ ...sound, arrivals, ledger }), { findings: [], repeats: 1 });
  });

  it('reads claims and outcomes from the names of records', () => {
    const claims = ['c/0/a.claim-1.json', 'c/0/a.claim-1.end.json', 'c/0/a.claim-2.json', 'c/1/b.claim-1.json'];
    assert.deepEqual(
      ledgerOf(claims, ['o/0/a.outcome.json', 'o/1/d.outcome.json']),
      new Map([
        ['a', { claims: 2, outcome: true }],
        ['d', { claims: 0, outcome: true }],
        ['b', { claims: 1, outcome: false }],
      ]),
    );
  });
});
