import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { campaignsSchema, campaignWindowMs } from '../../src/campaigns/config.js';
import { configMistakes } from '../support/config-mistakes.js';

const hourMs = 60 * 60 * 1000;

function mistakes(campaigns: string): Promise<readonly string[]> {
  return configMistakes(
    `mailboxes:\n  soc: { kind: directory, path: ./mail, targets: [cases], campaigns: ${campaigns} }\ntargets:\n  cases: { kind: file, path: ./cases }\n`,
  );
}

describe('`campaigns` of a mailbox', () => {
  it('is off by default, and a day where no window is given', () => {
    const windowOf = (value: unknown) => campaignWindowMs(campaignsSchema.parse(value));
    assert.equal(windowOf(undefined), undefined);
    assert.equal(windowOf(false), undefined);
    assert.equal(windowOf(true), 24 * hourMs);
    assert.equal(windowOf({}), 24 * hourMs);
    assert.equal(windowOf({ window: '72h' }), 72 * hourMs);
  });

  it('is refused with the place, the reason and the nearest right name', async () => {
    assert.deepEqual(await mistakes('true'), []);
    for (const [value, said] of [
      ['{ windw: 24h }', /mailboxes\.soc\.campaigns\.windw: unknown key; did you mean `window`\?/],
      ['{ window: 24 }', /mailboxes\.soc\.campaigns\.window: must be a number with a unit/],
      ['{ window: 5m }', /mailboxes\.soc\.campaigns\.window: must be between 1h and 31d/],
      ['daily', /mailboxes\.soc\.campaigns: must be true, false or \{ window: 24h \}/],
    ] as const) {
      const found = await mistakes(value);
      assert.equal(found.length, 1, value);
      assert.match(found[0] ?? '', said);
    }
  });
});
