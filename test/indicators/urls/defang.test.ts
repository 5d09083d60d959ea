import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defang } from '../../../src/indicators/urls/defang.js';

describe('a defanged URL', () => {
  const cases = [
    ['https://a.b.example/c.d?e=f.g#h.i', 'hxxps://a[.]b[.]example/c.d?e=f.g#h.i'],
    ['HTTP://a.example', 'hxxp://a[.]example'],
    ['http://mail.example@198.51.100.23:8080/q', 'hxxp://mail[.]example@198[.]51[.]100[.]23:8080/q'],
    ['ftp://a.example/x', 'fxp://a[.]example/x'],
    ['a.example', 'a[.]example'],
  ] as const;
  for (const [url, harmless] of cases) {
    it(`of ${url} is ${harmless}`, () => assert.equal(defang(url), harmless));
  }
});
