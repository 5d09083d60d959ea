import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sinksFor } from '../../src/routing/sinks-for.js';
import { routedMailbox } from '../support/routing.js';

const when = { subject: 'x' };
const toBrand = routedMailbox([{ name: 'brand', when, targets: ['brand'], misp: false }]);
const soc = { name: 'soc', config: toBrand, sinks: ['cases', 'brand', 'misp'] };
const brand = { mailbox: 'soc', route: { rule: 'brand', targets: ['brand'], passedOver: ['cases', 'misp'] } };

describe('the sinks that an alert goes to', () => {
  it('are all of a mailbox without routes, for a document without one', () => {
    const sinks = ['cases', 'misp'];
    assert.equal(sinksFor({ name: 'soc', config: routedMailbox([]), sinks }, { mailbox: 'soc' }), sinks);
  });

  it('are those of its route', () => {
    assert.deepEqual(sinksFor(soc, brand), ['brand']);
    assert.deepEqual(
      sinksFor(soc, { mailbox: 'soc', route: { rule: null, targets: ['cases'], passedOver: ['brand'] } }),
      ['cases', 'misp'],
    );
  });

  it('stay those of its route when the routes are gone, as long as the mailbox has one of them', () => {
    const config = routedMailbox([], { targets: ['cases', 'brand'] });
    assert.deepEqual(sinksFor({ name: 'soc', config, sinks: ['cases', 'brand', 'misp'] }, brand), ['brand']);
  });

  it('are the targets of the mailbox when those of its route are gone, but not MISP that it was to pass over', () => {
    const config = routedMailbox([{ name: 'other', when, targets: ['north'] }]);
    const mailbox = { name: 'soc', config, sinks: ['cases', 'north', 'misp'] };
    assert.deepEqual(sinksFor(mailbox, brand), ['cases']);
    const onlyMisp = { name: 'soc', config: routedMailbox([], { targets: [] }), sinks: ['misp'] };
    assert.deepEqual(sinksFor(onlyMisp, brand), ['misp'], 'the last place that is left');
  });

  it('are the targets of the mailbox, and not all of its routes, for a document from before there were routes', () => {
    assert.deepEqual(sinksFor(soc, { mailbox: 'soc' }), ['cases', 'misp']);
  });

  it('in a second mailbox are what both know of its targets, and its own targets that the first does not know', () => {
    const config = routedMailbox([{ name: 'north', when, targets: ['north'] }], { targets: ['cases', 'extra'] });
    const second = { name: 'second', config, sinks: ['cases', 'extra', 'north', 'misp'] };
    assert.deepEqual(sinksFor(second, brand), ['extra']);
    const both = routedMailbox([], { targets: ['cases', 'brand'] });
    assert.deepEqual(sinksFor({ name: 'second', config: both, sinks: ['cases', 'brand'] }, brand), ['brand']);
    const onlyPassed = routedMailbox([], { targets: ['cases'] });
    assert.deepEqual(sinksFor({ name: 'second', config: onlyPassed, sinks: ['cases'] }, brand), ['cases']);
  });

  it('include MISP where only a route asks for it, for that route alone', () => {
    const config = routedMailbox([{ name: 'share', when, misp: true }], { misp: false });
    const mailbox = { name: 'soc', config, sinks: ['cases', 'misp'] };
    assert.deepEqual(sinksFor(mailbox, { mailbox: 'soc' }), ['cases']);
    const share = { mailbox: 'soc', route: { rule: 'share', targets: ['cases'], passedOver: [] } };
    assert.deepEqual(sinksFor(mailbox, share), ['cases', 'misp']);
  });

  it('in a second mailbox include MISP where that registers its mails, and the first did not decide against it', () => {
    const routes = [{ name: 'share', when, misp: true }];
    const second = (misp: boolean) => ({
      ...{ name: 'second', config: routedMailbox(routes, { misp }), sinks: ['cases', 'misp'] },
    });
    const unaware = { mailbox: 'soc', route: { rule: null, targets: ['cases'], passedOver: [] } };
    assert.deepEqual(sinksFor(second(true), unaware), ['cases', 'misp']);
    assert.deepEqual(sinksFor(second(false), unaware), ['cases'], 'only its route `share` registers');
    const against = { mailbox: 'soc', route: { ...unaware.route, passedOver: ['misp'] } };
    assert.deepEqual(sinksFor(second(true), against), ['cases']);
    const onlyMisp = { name: 'second', config: routedMailbox([], { targets: [] }), sinks: ['misp'] };
    assert.deepEqual(sinksFor(onlyMisp, against), ['misp'], 'it has no other place for it');
  });

  it('are MISP alone for what no route matches in a mailbox that has nothing else, also when it gets targets', () => {
    const none = { mailbox: 'soc', route: { rule: null, targets: [], passedOver: ['brand'] } };
    const onlyMisp = { ...toBrand, targets: [] };
    assert.deepEqual(sinksFor({ name: 'soc', config: onlyMisp, sinks: ['brand', 'misp'] }, none), ['misp']);
    assert.deepEqual(sinksFor(soc, none), ['misp']);
    const withoutMisp = { name: 'soc', config: { ...toBrand, misp: false }, sinks: ['cases', 'brand'] };
    assert.deepEqual(sinksFor(withoutMisp, none), ['cases'], 'nothing else is left');
  });
});
