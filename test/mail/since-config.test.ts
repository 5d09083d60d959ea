import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configMistakes } from '../support/config-mistakes.js';

const mailbox = (since: string) =>
  `targets: { cases: { kind: file, path: ./c } }\nmailboxes: { soc: { kind: directory, path: ./m, targets: [cases], since: ${since} } }\n`;

describe('`since` of a mailbox', () => {
  it('is a day or a time, and a time says its zone', async () => {
    for (const right of ['2026-11-22', '2026-11-22T14:30:00Z', '"2026-11-22T14:30:00.25+09:00"']) {
      assert.deepEqual(await configMistakes(mailbox(right)), [], right);
    }
    for (const wrong of ['2026-11-22T14:30:00', '14:30', '2026-13-01', 'yesterday']) {
      const [mistake = '', ...others] = await configMistakes(mailbox(wrong));
      assert.match(mistake, /since: must be a day \(2026-11-22\) or a time with its zone/, wrong);
      assert.deepEqual(others, []);
    }
  });
});
