import { setTimeout as pause } from 'node:timers/promises';
import { trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { Resource } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import {
  makeWorkflowExporter,
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryActivityOutboundInterceptor,
  OpenTelemetryWorkflowClientInterceptor,
} from '@temporalio/interceptors-opentelemetry';
import type { LoadedConfig } from '../config/load-config.js';
import type { TracesConfig } from '../metrics/config.js';
import { createExporter } from './exporter.js';
import type { Tracing } from './no-tracing.js';
import { tracedPatch, traceHeader } from './traced-runs.js';

/** OpenTelemetry is one for the process: call once. */
export function startTracing(traces: TracesConfig, loaded: LoadedConfig, patienceMs = 5_000): Tracing {
  const resource = new Resource({ 'service.name': traces.service });
  const ended = new AbortController();
  const processor = new BatchSpanProcessor(createExporter(traces, loaded, ended.signal));
  const provider = new BasicTracerProvider({
    resource,
    // The share of runs is decided where they begin; what belongs to a traced run is traced.
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    spanProcessors: [processor],
  });
  provider.register({ contextManager: new AsyncLocalStorageContextManager().enable() });
  return {
    client: [startInterceptor(new OpenTelemetryWorkflowClientInterceptor())],
    activity: [
      (context) => ({
        inbound: activityInterceptor(new OpenTelemetryActivityInboundInterceptor(context)),
        // Log lines of a traced run say `trace_id` and `span_id`.
        outbound: new OpenTelemetryActivityOutboundInterceptor(context),
      }),
    ],
    sinks: { exporter: makeWorkflowExporter(processor, resource) },
    decide: ({ patchId }) => patchId !== tracedPatch || Math.random() < traces.ratio,
    async close() {
      const patience = new AbortController();
      const patient = pause(patienceMs, undefined, { signal: patience.signal });
      await Promise.race([provider.shutdown(), patient]).catch(() => undefined);
      patience.abort();
      await patient.catch(() => undefined);
      ended.abort();
    },
  };
}

/** Of the client's calls the one that begins a run, and only where a traced run makes it. */
function startInterceptor(traced: OpenTelemetryWorkflowClientInterceptor): WorkflowClientInterceptor {
  return {
    start: (input, next) => (trace.getActiveSpan() === undefined ? next(input) : traced.start(input, next)),
    startWithDetails: (input, next) =>
      trace.getActiveSpan() === undefined ? next(input) : traced.startWithDetails(input, next),
  };
}

function activityInterceptor(
  traced: OpenTelemetryActivityInboundInterceptor,
): Pick<OpenTelemetryActivityInboundInterceptor, 'execute'> {
  return {
    execute: (input, next) => (input.headers[traceHeader] === undefined ? next(input) : traced.execute(input, next)),
  };
}
