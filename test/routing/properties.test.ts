import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { directoryMailboxSchema, type MailboxConfig } from '../../src/config/schema.js';
import type { Extraction } from '../../src/indicators/types.js';
import { decideRoute, documentRoute } from '../../src/routing/router.js';
import { sinksFor } from '../../src/routing/sinks-for.js';
import { goesToMisp, targetsOf } from '../../src/routing/targets-of.js';

const misp = 'misp';
const targets = ['cases', 'brand', 'hook', 'north', 'south'];
const words = ['invoice', 'parcel', 'payroll', 'hello'];
const domains = ['a.example', 'mail.a.example', 'b.example', 'c.example'];
const addresses = domains.flatMap((domain) => [`ann@${domain}`, `bob@${domain}`]);

const word = fc.constantFrom(...words);
const domain = fc.constantFrom(...domains);
const someAddresses = fc.array(fc.constantFrom(...addresses), { maxLength: 3 });

const mails: fc.Arbitrary<Extraction> = fc
  .record({
    subject: fc.option(fc.array(word, { maxLength: 3 }).map((all) => all.join(' '))),
    fromAddresses: someAddresses,
    toAddresses: someAddresses,
    hosts: fc.array(domain, { maxLength: 3 }),
    results: fc.array(fc.constantFrom('pass', 'fail', 'none'), { maxLength: 1 }),
    header: fc.option(word),
  })
  .map(({ hosts, results, header, ...rest }) => ({
    ...{ extractorVersion: '0', messageId: null, dateMs: null, attachments: [], indicators: [], findings: [] },
    ...rest,
    from: rest.fromAddresses.join(', '),
    to: rest.toAddresses.join(', '),
    urls: hosts.map((host) => ({ url: `https://${host}/`, kind: 'text' as const })),
    headers: header === null ? [] : [{ name: 'x-source', value: header }],
    authentication: [
      {
        host: 'mx.example',
        run: 0,
        results: results.map((result) => ({ method: 'spf' as const, result, properties: {} })),
      },
    ],
  }));

const textTests = fc.oneof(
  word,
  fc.array(word, { minLength: 1, maxLength: 2 }),
  word.map((text) => ({ matches: text })),
);
const addressTests = fc.oneof(
  fc.constantFrom(...addresses),
  domain.map((name) => ({ domain: name })),
);
const conditions = fc
  .record(
    {
      from: addressTests,
      to: addressTests,
      subject: textTests,
      header: textTests.map((test) => ({ 'X-Source': test })),
      domain,
      auth: fc.record({ spf: fc.constantFrom('pass', 'fail', 'missing') }),
    },
    { requiredKeys: [] },
  )
  .filter((some) => Object.keys(some).length > 0);
const when = fc
  .record(
    { flat: conditions, any: fc.array(conditions, { minLength: 1, maxLength: 2 }), not: conditions },
    { requiredKeys: ['flat'] },
  )
  .map(({ flat, ...lists }) => ({ ...flat, ...lists }));
const someTargets = fc.uniqueArray(fc.constantFrom(...targets), { minLength: 1, maxLength: 3 });
const routes = fc
  .array(fc.record({ when, targets: someTargets, misp: fc.boolean() }, { requiredKeys: ['when'] }), { maxLength: 5 })
  .map((all) => all.map((route, index) => ({ name: `route-${index}`, ...route })));
/** As `check` takes them: every mail goes somewhere, by a route or by none. */
const mailboxes = fc
  .record({ targets: fc.oneof(someTargets, fc.constant([])), misp: fc.boolean(), routes })
  .filter(({ targets: own, misp: register }) => own.length > 0 || register)
  .map(({ routes: all, ...rest }) => ({
    ...rest,
    routes: rest.targets.length > 0 ? all : all.map((route) => ('targets' in route ? route : { ...route, misp: true })),
  }))
  .map((config) => directoryMailboxSchema.parse({ kind: 'directory', path: '.', authserv: 'mx.example', ...config }));

/** As the activities know a mailbox. */
function named(name: string, config: MailboxConfig) {
  return { name, config, sinks: [...targetsOf(config), ...(goesToMisp(config) ? [misp] : [])] };
}

/** What the document of a mail keeps that was built for this mailbox. */
function documentFor(name: string, config: MailboxConfig, mail: Extraction) {
  const decided = decideRoute(config, mail);
  return { mailbox: name, ...(decided === undefined ? {} : { route: documentRoute(config, decided, misp) }) };
}

/** With its keys in the opposite order. */
function turned<T extends object>(map: T): T {
  return Object.fromEntries(Object.entries(map).reverse()) as T;
}

describe('with any routes, any mail', () => {
  it('goes to targets that its mailbox has, at least to one, and to none that it was decided to pass over', () =>
    fc.assert(
      fc.property(mailboxes, mails, (config, mail) => {
        const mailbox = named('soc', config);
        const document = documentFor('soc', config, mail);
        const going = sinksFor(mailbox, document);
        assert.ok(going.length > 0);
        assert.ok(going.every((sink) => mailbox.sinks.includes(sink)));
        const { route } = document;
        if (route === undefined) return assert.deepEqual(going, mailbox.sinks);
        assert.deepEqual([...going.filter((sink) => sink !== misp)].sort(), [...route.targets].sort());
        assert.ok(going.every((sink) => !route.passedOver.includes(sink)));
      }),
      { numRuns: 150 },
    ));

  it('is decided on alike, however often it is asked and in whatever order it was written down', () =>
    fc.assert(
      fc.property(mailboxes, mails, (config, mail) => {
        const again = { ...config, routes: config.routes.map((route) => ({ ...route, when: turned(route.when) })) };
        const copy = structuredClone(mail);
        assert.deepEqual(decideRoute(again, copy), decideRoute(config, mail));
        assert.deepEqual(decideRoute(config, mail), decideRoute(config, mail));
      }),
      { numRuns: 150 },
    ));

  it('is taken by the first route that would take it alone', () =>
    fc.assert(
      fc.property(mailboxes, mails, (config, mail) => {
        const alone = config.routes.find(
          (route) => decideRoute({ ...config, routes: [route] }, mail)?.rule === route.name,
        );
        assert.equal(decideRoute(config, mail)?.rule ?? null, alone?.name ?? null);
      }),
      { numRuns: 150 },
    ));

  it('goes on to where it was decided to go when the configuration has changed since, and else still somewhere', () =>
    fc.assert(
      fc.property(mailboxes, mailboxes, mails, (before, now, mail) => {
        const document = documentFor('soc', before, mail);
        const mailbox = named('soc', now);
        const sinks = sinksFor(mailbox, document);
        assert.ok(sinks.length > 0);
        const going = sinks.filter((sink) => sink !== misp);
        const left = (document.route?.targets ?? []).filter((target) => mailbox.sinks.includes(target));
        if (left.length > 0) assert.deepEqual([...going].sort(), [...left].sort());
        else if (document.route?.targets.length === 0 && mailbox.sinks.includes(misp)) assert.deepEqual(sinks, [misp]);
        else if (now.targets.length > 0) assert.deepEqual([...going].sort(), [...now.targets].sort());
      }),
      { numRuns: 150 },
    ));

  it('that lies in a second mailbox goes somewhere from there too, and past what the first decided against where it can', () =>
    fc.assert(
      fc.property(mailboxes, mailboxes, mails, (first, second, mail) => {
        const document = documentFor('first', first, mail);
        const mailbox = named('second', second);
        const sinks = sinksFor(mailbox, document);
        assert.ok(sinks.length > 0);
        const going = sinks.filter((sink) => sink !== misp);
        const { route } = document;
        if (route === undefined || !going.some((sink) => !route.passedOver.includes(sink))) return;
        assert.ok(going.every((sink) => !route.passedOver.includes(sink)));
      }),
      { numRuns: 150 },
    ));
});
