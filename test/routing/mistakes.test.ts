import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stringify } from 'yaml';
import { configMistakes } from '../support/config-mistakes.js';

type Some = Readonly<Record<string, unknown>>;

/** What is wrong in routes, as a user is told, without line and column; the mailbox has `different` beside them. */
async function mistakes(routes: readonly Some[], different: Some = {}): Promise<readonly string[]> {
  const soc = { kind: 'directory', path: './mail', targets: ['cases'], ...different, routes };
  const targets = { cases: { kind: 'file', path: './cases' }, brand: { kind: 'file', path: './brand' } };
  const found = await configMistakes(stringify({ mailboxes: { soc }, targets }));
  return found.map((line) => line.replace(/^\d+:\d+ /, ''));
}

const fromPhish = { from: { domain: 'phish.example' } };

describe('routes in the configuration', () => {
  it('are told with line and column what is wrong in them', async () => {
    const text = `mailboxes:
  soc:
    kind: directory
    path: ./mail
    targets: [cases]
    routes:
      - name: invoices
        when: { subjekt: { matches: "(" } }
        targets: [case]
targets: { cases: { kind: file, path: ./cases } }
`;
    assert.deepEqual(await configMistakes(text), [
      '8:17 mailboxes.soc.routes[0].when.subjekt: unknown key; did you mean `subject`?',
      '9:19 mailboxes.soc.routes[0].targets[0]: no target `case` stands under `targets`; did you mean `cases`?',
    ]);
  });

  const refused: readonly (readonly [what: string, when: Some, reason: string])[] = [
    ['an unknown key of a test', { subject: { match: 'x' } }, 'subject.match: unknown key; did you mean `matches`?'],
    [
      'an unknown condition within `any`',
      { any: [{ form: 'a@b.example' }] },
      'any[0].form: unknown key; did you mean `from`?',
    ],
    [
      'an unknown condition within `not`',
      { not: { filename: 'a' } },
      'not.filename: unknown key; did you mean `fileName`?',
    ],
    [
      'an expression that does not compile',
      { subject: { matches: 'a(' } },
      'subject.matches: must be a regular expression in RE2 syntax: missing closing ): `a(`',
    ],
    [
      'a domain where an address belongs',
      { from: 'phish.example' },
      'from: must be a mail address; for all of a domain write `{ domain: example.com }`',
    ],
    ['a test of nothing', { from: {} }, 'from: needs one of `matches` and `domain`'],
    [
      'a code of a finding that there is not',
      { findings: 'misleading-names' },
      'findings: no finding has this code; did you mean `misleading-name`?',
    ],
    [
      'a result that is misspelt',
      { auth: { spf: 'softfial' } },
      'auth.spf: is no result of a check; did you mean `softfail`?',
    ],
    ['an unknown method', { auth: { dmrac: 'fail' } }, 'auth.dmrac: unknown key; did you mean `dmarc`?'],
    ['an address that is none', { ip: '10.0.0.0/40' }, 'ip: must be an IP address or a network such as 10.0.0.0/8'],
    ['a hash that is none', { sha256: 'abc' }, 'sha256: must be 64 hexadecimal digits'],
    [
      'a name of a header field with its colon',
      { header: { 'X-Source:': 'a' } },
      'header.X-Source:: the name must be the name',
    ],
    ['no condition at all', {}, "needs a condition: what no route matches goes to the mailbox's `targets`"],
  ];
  for (const [what, when, reason] of refused) {
    it(`are refused with ${what}`, async () => {
      const found = await mistakes([{ name: 'one', when }], { authserv: 'mx.example' });
      assert.equal(found.length, 1, found.join('\n'));
      assert.ok(found[0]?.includes(reason), found[0]);
      assert.ok(found[0]?.startsWith('mailboxes.soc.routes[0].when'), found[0]);
    });
  }

  it('are refused where a condition could never hold', async () => {
    const when = { auth: { dmarc: 'fail' }, any: [{ reportedBy: 'a@b.example' }] };
    assert.deepEqual(await mistakes([{ name: 'one', when }]), [
      'mailboxes.soc.routes[0].when.auth: needs `authserv` of the mailbox: without it nothing is believed',
      'mailboxes.soc.routes[0].when.any[0].reportedBy: needs `alertFor: originals` in the mailbox: the sender of any other mail is `from`',
    ]);
  });

  it('are refused with a name twice, a target twice, and a comma in a tag', async () => {
    const one = { name: 'one', when: fromPhish, targets: ['brand', 'brand'], tags: ['a,b'] };
    assert.deepEqual(await mistakes([one, { name: 'one', when: fromPhish }]), [
      'mailboxes.soc.routes[0].targets[1]: is named twice',
      'mailboxes.soc.routes[0].tags[0]: must not hold a comma',
      'mailboxes.soc.routes[1].name: is the name of `routes[0]` already',
    ]);
  });

  it('are refused where mails would go nowhere', async () => {
    assert.deepEqual(await mistakes([{ name: 'one', when: fromPhish, targets: [] }]), [
      'mailboxes.soc.routes[0].targets: must have at least 1 entry',
    ]);
    assert.deepEqual(await mistakes([{ name: 'one', when: fromPhish, targets: ['brand'] }], { targets: [] }), [
      'mailboxes.soc: delivers nowhere: name a target under `targets`, or configure `misp`',
    ]);
    assert.deepEqual(await mistakes([{ name: 'one', when: fromPhish, misp: true }]), [
      'mailboxes.soc.routes[0].misp: needs `misp`, which is not configured',
    ]);
    const onlyMisp = {
      misp: { kind: 'feed', path: './feed' },
      mailboxes: {
        soc: { kind: 'directory', path: './mail', routes: [{ name: 'one', when: fromPhish, misp: false }] },
      },
    };
    const found = await configMistakes(stringify(onlyMisp));
    assert.match(found.join(), /mailboxes\.soc\.routes\[0\]: leads nowhere: name a target under `targets`/);
  });

  it('are taken with every kind of condition', async () => {
    const list = ['a@b.example', { domain: ['c.example', 'd.example'] }, { matches: '(?i)bank' }];
    const flat = {
      ...{ from: list, to: list, reportedBy: 'x@y.example', subject: ['A', { matches: 'b' }], header: { 'X-A': 'b' } },
      ...{ url: 'https://a.example/', host: { domain: 'a.example' }, domain: 'a.example', ip: ['10.0.0.0/8', '::1'] },
      ...{ fileName: { matches: '[.]iso$' }, fileType: 'application/pdf', sha256: 'a'.repeat(64) },
      ...{ auth: { spf: ['fail', 'softfail'], dkim: 'missing', arc: 'bestguesspass' }, findings: ['size-cut'] },
    };
    const route = { name: 'all', when: { ...flat, any: [flat, flat], not: [flat] }, priority: -1, tags: ['a b'] };
    assert.deepEqual(await mistakes([route], { authserv: 'mx.example', alertFor: 'originals' }), []);
  });
});
