import type { WorkflowClientInterceptor } from '@temporalio/client';
import type { OpenTelemetrySinks } from '@temporalio/interceptors-opentelemetry/lib/workflow/definitions.js';
import type { ActivityInterceptorsFactory, InjectedSinks, PatchActivationCallback } from '@temporalio/worker';
import { tracedPatch } from './traced-runs.js';

/** What the worker's client and workers take so that runs are traced, each whole or not at all. */
export interface Tracing {
  /** For the client that starts `deliverMessage`: in the trace of the activity that does it. */
  readonly client: readonly WorkflowClientInterceptor[];
  readonly activity: readonly ActivityInterceptorsFactory[];
  readonly sinks: InjectedSinks<OpenTelemetrySinks>;
  /** Decides of a run that nothing traced has started whether it is traced (src/tracing/workflow-interceptor.ts). */
  readonly decide: PatchActivationCallback;
  /** Sends what is left; a collector that hangs keeps the worker from its end for some seconds at most. */
  close(): Promise<void>;
}

/** Runs that were begun with traces go on with them: their spans go nowhere. */
export const noTracing: Tracing = {
  client: [],
  activity: [],
  sinks: { exporter: { export: { fn: () => undefined } } },
  decide: ({ patchId }) => patchId !== tracedPatch,
  close: async () => undefined,
};
