import { after, before, describe, it } from 'node:test';
import { Site } from '../support/lab.js';
import { badRelease } from './bad-release.js';
import { keyLeaked, passwordLeaked } from './key-leaked.js';
import { soarMoved, soarMovedInBetween } from './soar-moved.js';
import { storeLost, storeLostWithReadNew } from './store-lost.js';
import { temporalLost } from './temporal-lost.js';

let site: Site;
before(async () => {
  site = await Site.open({ persistent: true });
});
after(() => site.close());

// Each is a page in docs/drills/. This one takes Temporal away from everybody, so it is alone.
describe('drill of all:', () => {
  it("Temporal's database is lost, and the schedules restore everything once they are applied", () =>
    temporalLost(site));
});

describe('drill:', { concurrency: 2 }, () => {
  it('the store is lost, or an older backup takes its place, and only unread mail is sent again', () =>
    storeLost(site));
  it('the store is lost with `read: new`, and `since` keeps what was delivered from being sent again', () =>
    storeLostWithReadNew(site));
  it('a key leaked, and what it kept waiting is delivered with the new one', () => keyLeaked(site));
  it('a password leaked, and what it kept unread is delivered with the new one', () => passwordLeaked(site));
  it('a bad release is rolled back, and what it had begun is taken up anew', () => badRelease(site));
  it('the SOAR moved: it gets what the old one has not, and all of it again where that is wanted', () =>
    soarMoved(site));
  it('the SOAR moved while a request was on its way, and the alert is in one of the two', () =>
    soarMovedInBetween(site));
});
