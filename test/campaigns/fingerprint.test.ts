import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fingerprintOf, traitsOf } from '../../src/campaigns/fingerprint.js';
import type { CampaignMail } from '../../src/campaigns/types.js';
import type { FoundUrl, UrlKind } from '../../src/indicators/types.js';

const link = (url: string, kind: UrlKind = 'click'): FoundUrl => ({ url, kind });

function mail(changes: Partial<CampaignMail> = {}): CampaignMail {
  return {
    sender: 'billing@phish.example',
    subject: 'Invoice 4711 is overdue',
    urls: [link('https://pay.kit.example/a')],
    recipients: [{ name: '', address: 'ada@corp.example' }],
    ...changes,
  };
}

function fingerprint(changes: Partial<CampaignMail> = {}, environment = 'Default Environment'): string | undefined {
  const traits = traitsOf(mail(changes));
  return traits && fingerprintOf(traits, environment);
}

const names = fc.constantFrom('Ada Lovelace', 'Grace Hopper', 'Edsger Dijkstra', 'Jürgen Groß', 'Nguyễn Văn Ánh');
const ids = fc.oneof(
  fc.nat().map(String),
  fc.uuid(),
  fc.stringMatching(/^[0-9][0-9a-f]{5,20}$/),
  fc.stringMatching(/^[A-Z]{2}-[0-9]{4}-[A-Z][0-9]{3}$/).map((id) => id.replace(/^[A-Z]{2}/, 'TK')),
);
const copies = fc.record({
  name: names,
  id: ids,
  host: fc.stringMatching(/^[a-z][a-z0-9]{2,12}$/),
  path: fc.webPath(),
  query: fc.webQueryParameters(),
  mark: fc.constantFrom('', 'Re: ', 'Fwd: ', 'AW: ', 'FW: RE[3]: ', '[EXTERNAL] '),
});

describe('the fingerprint of a campaign', () => {
  it('is shared by copies whatever name, number, tracking id, host below the domain and path each has', () => {
    const one = ({ name, id, host, path, query, mark }: typeof copies extends fc.Arbitrary<infer T> ? T : never) =>
      fingerprint({
        sender: `${host}@${host}.phish.example`,
        subject: `${mark}${name}: your invoice ${id} is overdue`,
        urls: [link(`https://${host}.kit.example${path}?${query}`), link(`https://t.example/o/${id}.gif`, 'embed')],
        recipients: [
          {
            name,
            address: `${name
              .normalize('NFKD')
              .replaceAll(/[^a-zA-Z ]/g, '')
              .replace(' ', '.')}@corp.example`,
          },
        ],
      });
    fc.assert(fc.property(copies, copies, (first, second) => assert.equal(one(first), one(second))));
  });

  it('differs where the sender, the words or what the links lead to differ', () => {
    const words = fc.constantFrom('invoice', 'parcel', 'password', 'voicemail', 'payroll', 'refund');
    const domains = fc.constantFrom('one.example', 'two.example', 'three.co.uk', 'four.github.io', 'five.github.io');
    const campaigns = fc.record({ sender: domains, word: words, host: domains });
    const one = ({ sender, word, host }: { sender: string; word: string; host: string }) =>
      fingerprint({ sender: `a@${sender}`, subject: `Your ${word} waits`, urls: [link(`https://www.${host}/`)] });
    fc.assert(
      fc.property(campaigns, campaigns, (first, second) => {
        const same = first.sender === second.sender && first.word === second.word && first.host === second.host;
        assert.equal(one(first) === one(second), same);
      }),
    );
  });

  it('is 16 characters, and another one in another environment', () => {
    assert.match(fingerprint() ?? '', /^[a-z2-7]{16}$/);
    assert.notEqual(fingerprint({}, 'Tokyo'), fingerprint({}, 'Berlin'));
  });

  it('takes no notice of images, of what unsubscribes, and of what stands in the foot of any mail', () => {
    const more = [
      link('https://cdn.example/logo.png', 'embed'),
      link('https://list.example/u/1', 'unsubscribe'),
      link('https://www.facebook.com/brand'),
      link('https://intranet.corp.example/'),
      link('http://mail.yahoo.com/', 'text'),
    ];
    assert.equal(fingerprint({ urls: [...mail().urls, ...more] }), fingerprint());
    assert.notEqual(fingerprint({ urls: [...mail().urls, link('https://other.example/', 'qr')] }), fingerprint());
  });

  it('knows addresses and single words as hosts', () => {
    const traits = traitsOf(
      mail({ urls: [link('http://203.0.113.9:8080/x'), link('http://[2001:db8::1]/'), link('http://kit/')] }),
    );
    assert.deepEqual(traits?.hosts, ['2001:db8::1', '203.0.113.9', 'kit']);
  });

  it('takes no notice of names that are longer than any host has: each dot of them would cost time', () => {
    const hosts = (host: string) => traitsOf(mail({ urls: [link(`https://${host}/`)] }))?.hosts;
    assert.deepEqual(hosts(`${'a.'.repeat(8000)}kit.example`), []);
    assert.deepEqual(hosts(`${'a.'.repeat(120)}kit.example`), ['kit.example'], '251 characters');
  });

  it('is the same for all free mail services where a link holds the copies together', () => {
    const from = (sender: string, urls = mail().urls) => traitsOf(mail({ sender, urls }))?.sender;
    assert.equal(from('a@gmail.com'), 'freemail');
    assert.equal(from('b@outlook.com'), 'freemail');
    assert.equal(from('a@gmail.com', []), 'a@gmail.com');
    assert.equal(from('b@phish.example', []), 'phish.example');
  });

  it('is none for mails that have nothing: they are no campaign', () => {
    for (const subject of [null, '', 'Re:', '4711']) assert.equal(traitsOf(mail({ subject, urls: [] })), undefined);
    assert.notEqual(traitsOf(mail({ subject: null })), undefined, 'a link is enough');
    assert.notEqual(traitsOf(mail({ urls: [], sender: '' })), undefined, 'a word is enough');
  });

  it('does not see through letters that only look alike', () => {
    assert.notEqual(fingerprint({ subject: 'Inv\u043eice 4711 is overdue' }), fingerprint());
  });

  it('is made of any mail at all', () => {
    const any = fc.record({
      sender: fc.string({ unit: 'binary' }),
      subject: fc.option(fc.string({ unit: 'binary' })),
      urls: fc.array(fc.record({ url: fc.webUrl(), kind: fc.constantFrom<UrlKind>('click', 'text', 'embed') })),
      recipients: fc.array(fc.record({ name: fc.string({ unit: 'binary' }), address: fc.string({ unit: 'binary' }) })),
    });
    fc.assert(
      fc.property(any, (given) => {
        assert.deepEqual(traitsOf(given), traitsOf(given));
      }),
    );
  });
});
