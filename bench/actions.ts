/** What of an event decides whether it is billed, as in the SDK's protobuf. */
export interface BillableEvent {
  readonly workflowExecutionStartedEventAttributes?: unknown;
  readonly upsertWorkflowSearchAttributesEventAttributes?: unknown;
  readonly timerStartedEventAttributes?: unknown;
  readonly workflowExecutionSignaledEventAttributes?: unknown;
  readonly workflowExecutionUpdateAcceptedEventAttributes?: unknown;
  readonly activityTaskStartedEventAttributes?: { readonly attempt?: number | null } | null;
}

/**
 * Actions of a history as Temporal Cloud bills them (https://docs.temporal.io/cloud/actions): a start (by a client, as a
 * child, or as new), each attempt of an activity, an upsert of search attributes, a timer, a signal, an update. Heartbeats
 * are billed as well and leave no event. A start by a schedule costs two more, once for each poll.
 */
export function actionsOf(history: readonly BillableEvent[]): number {
  return history.reduce((actions, event) => actions + billed(event), 0);
}

function billed(event: BillableEvent): number {
  // One event for all attempts, written with the last of them.
  if (event.activityTaskStartedEventAttributes) return event.activityTaskStartedEventAttributes.attempt ?? 1;
  const one =
    event.workflowExecutionStartedEventAttributes ??
    event.upsertWorkflowSearchAttributesEventAttributes ??
    event.timerStartedEventAttributes ??
    event.workflowExecutionSignaledEventAttributes ??
    event.workflowExecutionUpdateAcceptedEventAttributes;
  return one ? 1 : 0;
}
