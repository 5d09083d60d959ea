import {
  ApplicationFailure,
  continueAsNew,
  proxyActivities,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/create-activities.js';
import type { ExpiredPage, ExpireEvidenceInput, ExpireEvidenceResult, RemovedEvidence } from '../retention/types.js';
import { statusKey } from '../temporal/search-attribute-keys.js';
import { withItsOwnWords } from './failures.js';

/** Reading what is old to see whose it is: minutes for a page, hours for a dry run of a large store. */
const { expireEvidencePage } = proxyActivities<Pick<Activities, 'expireEvidencePage'>>({
  startToCloseTimeout: '6h',
  heartbeatTimeout: '1m',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '2m', maximumAttempts: 20 },
});

const pagesPerRun = 100;

/** Removes evidence that is older than the configuration keeps it. Started by its schedule or by hand. */
export async function expireEvidence(raw?: ExpireEvidenceInput): Promise<ExpireEvidenceResult> {
  const input = checkInput(raw ?? {});
  const dryRun = input.dryRun ?? false;
  const run = workflowInfo().firstExecutionRunId;
  upsertSearchAttributes([{ key: statusKey, value: dryRun ? 'dry-run' : 'expiring' }]);
  try {
    let all: RemovedEvidence = input.continued ?? { removed: 0, removedBytes: 0 };
    for (let pages = 1; ; pages += 1) {
      const page: ExpiredPage = await expireEvidencePage({ dryRun, run });
      all = { removed: all.removed + page.removed, removedBytes: all.removedBytes + page.removedBytes };
      const { more, ...last } = page;
      if (!more) {
        upsertSearchAttributes([{ key: statusKey, value: 'done' }]);
        return { ...last, ...all, dryRun };
      }
      if (pages === pagesPerRun) await continueAsNew<typeof expireEvidence>({ ...input, continued: all });
    }
  } catch (error) {
    throw withItsOwnWords(error);
  }
}

function checkInput(input: unknown): ExpireEvidenceInput {
  const known = ['dryRun', 'continued'];
  const isMap = typeof input === 'object' && input !== null && !Array.isArray(input);
  const dryRun = isMap && 'dryRun' in input ? input.dryRun : false;
  if (isMap && typeof dryRun === 'boolean' && Object.keys(input).every((key) => known.includes(key))) return input;
  const message = 'the input must be {} or {"dryRun":true}. [LW_INPUT_INVALID]';
  throw ApplicationFailure.create({ message, type: 'LW_INPUT_INVALID', nonRetryable: true });
}
