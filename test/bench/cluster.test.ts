import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { actionsOf } from '../../bench/actions.js';
import type { ClusterRound } from '../../bench/cluster/cluster-round.js';
import { counterOf, heartbeatsIn } from '../../bench/cluster/metrics.js';
import { serverConfig } from '../../bench/cluster/server-config.js';
import { clusterFigures } from '../../bench/scenarios/cluster.js';

const history = { stages: [], workflows: 21, events: 600, bytes: 500_000, mostEvents: 150, actions: 120 };

const round: ClusterRound = {
  workers: 2,
  mails: 1110,
  seconds: 11.1,
  floorSeconds: 5.55,
  polls: [
    { mails: 100, aloneSeconds: 2, besideSeconds: 3, alone: history, beside: history },
    { mails: 10, aloneSeconds: 0.5, besideSeconds: 1.5, alone: history, beside: history },
  ],
  history,
  watched: { processes: [], s3: { put: 0, get: 0, other: 0 }, heartbeats: 111, persistenceRequests: 1 },
};

describe('the figures of a cluster', () => {
  it('set the rate beside the floor, and each small mailbox beside itself alone', () => {
    const figures = clusterFigures(round).map(({ value, unit }) => `${value.toFixed(2)} ${unit}`);
    assert.deepEqual(figures, [
      '100.00 mails/s',
      '200.00 mails/s',
      '0.50 of the floor',
      '1.50 of 2.00 s alone',
      '3.00 of 0.50 s alone',
      '0.60 events/mail',
      '0.22 a mail',
    ]);
  });

  it('carry the goals of what was asked for', () => {
    const goals = clusterFigures(round).flatMap(({ goal }) => (goal === undefined ? [] : [goal]));
    assert.deepEqual(goals, [{ atLeast: 0.7 }, { below: 2 }, { below: 2 }, { below: 1.5 }, { below: 0.3 }]);
  });
});

describe('billable actions', () => {
  it('are starts, attempts of activities, upserts, timers, signals and updates', () => {
    const billed = [
      { workflowExecutionStartedEventAttributes: {} },
      { activityTaskStartedEventAttributes: { attempt: 3 } },
      { upsertWorkflowSearchAttributesEventAttributes: {} },
      { timerStartedEventAttributes: {} },
      { workflowExecutionSignaledEventAttributes: {} },
      { workflowExecutionUpdateAcceptedEventAttributes: {} },
    ];
    assert.equal(actionsOf(billed), 8);
  });

  it('are nothing else: a workflow task, or a child that its own history counts', () => {
    const task = { timerStartedEventAttributes: null, workflowTaskCompletedEventAttributes: {} };
    const child = { timerStartedEventAttributes: null, childWorkflowExecutionStartedEventAttributes: {} };
    assert.equal(actionsOf([task, child]), 0);
  });
});

describe("the server's metrics", () => {
  const text = [
    '# TYPE service_requests counter',
    'service_requests{namespace="default",operation="RecordActivityTaskHeartbeat",service_name="frontend"} 12',
    'service_requests{namespace="other",operation="RecordActivityTaskHeartbeat",service_name="frontend"} 3',
    'service_requests{namespace="default",operation="RecordActivityTaskHeartbeat",service_name="history"} 12',
    'service_requests_bucket{operation="x"} 99',
  ].join('\n');

  it('are summed over the labels that were not asked for', () => {
    assert.equal(counterOf(text, 'service_requests'), 27);
    assert.equal(heartbeatsIn(text), 15);
    assert.equal(counterOf(text, 'persistence_requests'), 0);
  });
});

describe('the configuration of the Temporal server', () => {
  it('reads the dynamic configuration that is deployed, and its database on loopback', async () => {
    const membership = [5, 6, 7, 8] as const;
    const ports = { frontend: 1, http: 2, history: 3, matching: 4, worker: 9, membership, metrics: 10 };
    const config = z
      .object({
        dynamicConfigClient: z.object({ filepath: z.string() }),
        persistence: z.object({
          datastores: z.object({ default: z.object({ sql: z.object({ connectAddr: z.string() }) }) }),
        }),
      })
      .parse(serverConfig(ports, { port: 5432, user: 'temporal' }));
    await access(config.dynamicConfigClient.filepath);
    assert.equal(config.persistence.datastores.default.sql.connectAddr, '127.0.0.1:5432');
  });
});
