import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCaseBody, legacyCaseInfo } from '../../src/soar/secops/request-bodies.js';
import { alertDocument } from '../support/soar-documents.js';

test('the grouping key of a campaign stands where SecOps looks for it, over both of its APIs', () => {
  const { alert } = alertDocument(1, { source_grouping_identifier: 'lw-a-1' });
  assert.equal(legacyCaseInfo({ alert, cuts: [] }).sourceGroupingIdentifier, 'lw-a-1');
  assert.equal(createCaseBody({ alert, cuts: [] }).source_grouping_identifier, 'lw-a-1');
});

test('an alert of no campaign is sent to SecOps as it was before there were any', () => {
  const { alert } = alertDocument(1);
  assert.ok(!('sourceGroupingIdentifier' in legacyCaseInfo({ alert, cuts: [] })));
  assert.equal(createCaseBody({ alert, cuts: [] }).source_grouping_identifier, '');
});
