import {
  type ActivityInput,
  type ContinueAsNewInput,
  type DisposeInput,
  type Next,
  patched,
  type StartChildWorkflowExecutionInput,
  type WorkflowExecuteInput,
  type WorkflowInboundCallsInterceptor,
  type WorkflowInterceptors,
  type WorkflowInternalsInterceptor,
  type WorkflowOutboundCallsInterceptor,
  workflowInfo,
} from '@temporalio/workflow';
import { tracedPatch, traceHeader } from './traced-runs.js';
import loader from './workflow-open-telemetry.cjs';

type Inbound = WorkflowInboundCallsInterceptor;
type Outbound = WorkflowOutboundCallsInterceptor;
type Children = Awaited<ReturnType<Next<Outbound, 'startChildWorkflowExecution'>>>;

/**
 * Temporal's OpenTelemetry interceptors, for runs that are traced; any other run goes on as if they were not there.
 * Whether a run is traced stands in its history (a header from what started it, or a patch marker where nothing traced
 * did), since the interceptors take random numbers and turns of their own: a run that changed over would not replay.
 */
class TracedRun implements Inbound, Outbound, WorkflowInternalsInterceptor {
  #inbound: Inbound | undefined;
  #outbound: Outbound | undefined;
  #internals: WorkflowInternalsInterceptor | undefined;

  execute(input: WorkflowExecuteInput, next: Next<Inbound, 'execute'>): Promise<unknown> {
    if (isTraced(input)) {
      const { inbound, outbound, internals } = loader.openTelemetry();
      this.#inbound = inbound?.[0];
      this.#outbound = outbound?.[0];
      this.#internals = internals?.[0];
    }
    return this.#inbound?.execute?.(input, next) ?? next(input);
  }

  scheduleActivity(input: ActivityInput, next: Next<Outbound, 'scheduleActivity'>): Promise<unknown> {
    return this.#outbound?.scheduleActivity?.(input, next) ?? next(input);
  }

  startChildWorkflowExecution(
    input: StartChildWorkflowExecutionInput,
    next: Next<Outbound, 'startChildWorkflowExecution'>,
  ): Promise<Children> {
    return this.#outbound?.startChildWorkflowExecution?.(input, next) ?? next(input);
  }

  continueAsNew(input: ContinueAsNewInput, next: Next<Outbound, 'continueAsNew'>): Promise<never> {
    return this.#outbound?.continueAsNew?.(input, next) ?? next(input);
  }

  dispose(input: DisposeInput, next: Next<WorkflowInternalsInterceptor, 'dispose'>): void {
    if (this.#internals?.dispose === undefined) next(input);
    else this.#internals.dispose(input, next);
  }
}

/** Of what nothing traced has started, the worker decides (src/tracing/tracing.ts), once for each run. */
function isTraced({ headers }: WorkflowExecuteInput): boolean {
  if (headers[traceHeader] !== undefined) return true;
  const { parent, continuedFromExecutionRunId } = workflowInfo();
  return parent === undefined && continuedFromExecutionRunId === undefined && patched(tracedPatch);
}

export function interceptors(): WorkflowInterceptors {
  const run = new TracedRun();
  return { inbound: [run], outbound: [run], internals: [run] };
}
