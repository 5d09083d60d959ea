import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApplicationFailure, defaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { LurewatchError } from '../../../src/errors/lurewatch-error.js';
import { failureConverter } from '../../../src/temporal/codec/failure-converter.js';

const cause = ApplicationFailure.create({ message: 'the SOAR quotes Invoice 4711', type: 'LW_TARGET_REJECTED' });
const failure = ApplicationFailure.create({ message: 'no place for Invoice 4711', type: 'TypeError', cause });

function written(error: unknown) {
  return failureConverter.errorToFailure(error, defaultPayloadConverter);
}

describe('a failure in an encrypted history', () => {
  it('shows neither words nor stack, but the code where it is one of ours', () => {
    const { encodedAttributes, cause: inner, ...shown } = written(failure);
    assert.ok(encodedAttributes && inner?.encodedAttributes);
    assert.equal(shown.message, 'Encoded failure');
    assert.equal(inner.message, 'Encoded failure [LW_TARGET_REJECTED]');
    for (const each of [shown, { ...inner, encodedAttributes: undefined }]) {
      assert.doesNotMatch(JSON.stringify(each), /Invoice|failures\.test/);
    }
  });

  it('shows the code of what failed in the worker itself, where a key is missing', () => {
    const { message } = written(new LurewatchError('LW_HISTORY_KEY_UNKNOWN', 'encrypted with the key "one"'));
    assert.equal(message, 'Encoded failure [LW_HISTORY_KEY_UNKNOWN]');
  });

  it('is read with its words, by every converter, and written again with them as often as need be', () => {
    for (const converter of [failureConverter, defaultFailureConverter]) {
      const read = converter.failureToError(written(failure), defaultPayloadConverter);
      const again = converter.failureToError(written(read), defaultPayloadConverter);
      const third = converter.failureToError(written(read), defaultPayloadConverter);
      for (const error of [read, again, third]) {
        assert.equal(error.message, 'no place for Invoice 4711');
        assert.ok(error.cause instanceof ApplicationFailure);
        assert.equal(error.cause.message, 'the SOAR quotes Invoice 4711');
      }
    }
  });
});
