import type { WorkflowInterceptors } from '@temporalio/workflow';

/**
 * Temporal's own interceptors. CommonJS, since only `require` loads a module when it is asked for: workflows each load
 * their modules anew, and OpenTelemetry's are many for one that is not traced.
 */
function openTelemetry(): WorkflowInterceptors {
  const {
    interceptors,
  }: typeof import('@temporalio/interceptors-opentelemetry/lib/workflow-interceptors') = require('@temporalio/interceptors-opentelemetry/lib/workflow-interceptors');
  return interceptors();
}

export = { openTelemetry };
