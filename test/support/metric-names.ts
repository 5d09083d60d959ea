import { createMetrics } from '../../src/metrics/metrics.js';

/** Of the Temporal SDK and of Node, those that rules and dashboard use. */
const ofOthers = [
  'temporal_activity_schedule_to_start_latency_seconds_bucket',
  'temporal_worker_task_slots_available',
  'temporal_workflow_task_execution_failed_total',
  'process_resident_memory_bytes',
  'process_start_time_seconds',
  'nodejs_eventloop_lag_p99_seconds',
] as const;

/** The names of all series that a worker can tell, by our own metrics and those of others that we rely on. */
export function seriesNames(): ReadonlySet<string> {
  const own = createMetrics()
    .registry.getMetricsAsArray()
    .flatMap(({ name, type }) =>
      String(type) === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
    );
  return new Set([...own, ...ofOthers]);
}

/** Names in a PromQL expression that look like metrics of a worker. */
export function metricsIn(expression: string): readonly string[] {
  return expression.match(/\b(?:lurewatch|temporal|process|nodejs)_\w+/g) ?? [];
}
