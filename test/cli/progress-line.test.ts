import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common';
import { troublesOf } from '../../src/cli/progress-line.js';
import { failureConverter } from '../../src/temporal/codec/failure-converter.js';

/** As far as words are read with it. */
function clientWith(payloadCodecs: readonly unknown[]): Client {
  const loadedDataConverter = { payloadCodecs, payloadConverter: defaultPayloadConverter, failureConverter };
  return { options: { loadedDataConverter } } as unknown as Client;
}

function tried(...lastFailures: readonly unknown[]): WorkflowExecutionDescription {
  const pendingActivities = lastFailures.map((lastFailure) => ({ attempt: 2, lastFailure }));
  return { raw: { pendingActivities } } as unknown as WorkflowExecutionDescription;
}

const failure = ApplicationFailure.create({ message: 'no place for \x1b[31mInvoice', type: 'LW_TARGET_UNAVAILABLE' });
const encrypted = failureConverter.errorToFailure(failure, defaultPayloadConverter);
const unreadable = { decode: async () => Promise.reject(new Error('no key')) };

describe('what is told of a run under way', () => {
  it('has the words of failures in encrypted histories, on one line', async () => {
    assert.deepEqual(await troublesOf(clientWith([]), tried(encrypted)), ['no place for \uFFFD[31mInvoice']);
  });

  it('has what the code means where the words cannot be read', async () => {
    const [words = ''] = await troublesOf(clientWith([unreadable]), tried(encrypted));
    assert.match(words, /\[LW_TARGET_UNAVAILABLE\]$/);
    assert.doesNotMatch(words, /Encoded failure|Invoice/);
  });

  it('says nothing of a first attempt, or of one that has not failed', async () => {
    const first = { raw: { pendingActivities: [{ attempt: 1, lastFailure: { message: 'x' } }] } };
    const client = clientWith([]);
    assert.deepEqual(await troublesOf(client, first as unknown as WorkflowExecutionDescription), []);
    assert.deepEqual(await troublesOf(client, tried(null)), []);
  });
});
