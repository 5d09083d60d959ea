import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CancelledFailure, WorkflowFailedError } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { Site } from '../support/lab.js';
import { everyMailOnce, failureOf, mispConfig, withMisp, withWebhook } from '../support/soar-labs.js';

const concurrency = 4;
const counts = { mailbox: 'soc', delivered: 0, duplicates: 0, inDelivery: 0, held: 0, vanished: 0, remaining: 0 };

/** As its promises are; the generated types also allow for callbacks. */
interface Service {
  resetWorkflowExecution(
    request: temporal.api.workflowservice.v1.IResetWorkflowExecutionRequest,
  ): Promise<temporal.api.workflowservice.v1.ResetWorkflowExecutionResponse>;
}

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

describe('a poll', { concurrency }, () => {
  it('spends its limit on mails that it carries on, not on old ones that wait for a sink', () =>
    withMisp(site, async (lab, soar, misp) => {
      await lab.configure({ misp: mispConfig(misp, 'WRONG_KEY') });
      await lab.deliver(lab.mails(6));
      await lab.worker();
      for (const cases of [2, 4, 6, 6]) {
        assert.equal((await failureOf(lab.ingest('soc', { limit: 2 }))).code, 'LW_MISP_AUTH');
        assert.equal(soar.caseCount, cases);
      }
      assert.equal(soar.requests.length, 6);
    }));

  it('that is cancelled ends at once, and its batches finish what they have begun', () =>
    withWebhook(site, async (lab, soar) => {
      await lab.deliver(lab.mails(60));
      const send = lab.holdAt('before send');
      await lab.worker();
      const poll = await lab.poll();
      await send.reached();
      await poll.cancel();
      await assert.rejects(poll.result(), (error) => {
        assert.ok(error instanceof WorkflowFailedError);
        assert.ok(error.cause instanceof CancelledFailure, String(error.cause));
        return true;
      });
      assert.equal((await poll.describe()).status.name, 'CANCELLED');
      assert.equal(soar.caseCount, 0);
      await send.release();
      await lab.settled();
      await everyMailOnce(lab, soar, 60);
      assert.equal(soar.requests.length, 60);
    }));

  it('can be reset by an operator to any of its steps', () =>
    withWebhook(site, async (lab, soar) => {
      await lab.deliver(lab.mails(3));
      await lab.worker();
      const poll = await lab.poll();
      const { runId: firstRunId } = await poll.describe();
      const result = await poll.result();
      const { client } = site.temporal;
      const { events } = await poll.fetchHistory();
      const steps = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
      assert.ok(steps.length > 2);
      const service: Service = client.workflowService;
      for (const step of steps) {
        const { runId } = await service.resetWorkflowExecution({
          namespace: client.options.namespace,
          workflowExecution: { workflowId: poll.workflowId, runId: firstRunId },
          reason: 'to see it again',
          requestId: `${poll.workflowId}-${step.eventId}`,
          workflowTaskFinishEventId: step.eventId ?? null,
        });
        const again = client.workflow.getHandle(poll.workflowId, runId);
        const { unread, ...others } = await again.result();
        assert.ok(unread === 0 || unread === 3, String(unread));
        assert.deepEqual({ ...others, delivered: 0, duplicates: 0 }, { ...counts });
      }
      assert.equal(result.delivered, 3);
      await everyMailOnce(lab, soar, 3);
    }));
});
