import assert from 'node:assert/strict';
import { it } from 'node:test';
import { crossCheck } from '../../src/config/cross-checks.js';

it('a target may not be named like a part of a worker, or like MISP', () => {
  const file = { kind: 'file', path: './cases' };
  const mistakes = crossCheck({ targets: { cases: file, mail: file, misp: file } });
  assert.deepEqual(
    mistakes.map(({ path }) => path.join('.')),
    ['targets.mail', 'targets.misp'],
  );
});
