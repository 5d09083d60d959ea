import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nameOnly } from '../../../src/mail/attachments/take-member.js';

describe('the name of a file in another', () => {
  it('is the last of its path, on one line', () => {
    assert.equal(nameOnly('folder/inner.html'), 'inner.html');
    assert.equal(nameOnly('C:\\folder\\in\u0000ner.html\\'), 'in ner.html');
  });

  it('is of whole characters, whatever it was written as and where it is cut', () => {
    assert.equal(nameOnly('p\udea7.pdf'), 'p\ufffd.pdf');
    assert.equal(nameOnly(`${'a'.repeat(199)}\u{1f4a9}.pdf`), `${'a'.repeat(199)}\ufffd`);
    assert.equal(nameOnly('\u{1f4a9}.pdf'), '\u{1f4a9}.pdf');
  });
});
