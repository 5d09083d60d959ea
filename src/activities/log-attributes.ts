import type { ActivityOutboundCallsInterceptor, GetLogAttributesInput, Next } from '@temporalio/worker';

/** What an input may say of itself in the log. Ids and names only. */
const told = ['mailbox', 'folder', 'sink', 'alertId'] as const;

/** Puts mailbox, sink and alert id on every line that an activity logs; workflow and batch are there already. */
export class LogAttributes implements ActivityOutboundCallsInterceptor {
  readonly #attributes: Record<string, string> = {};

  /** Called with the activity's arguments before it runs. */
  remember(args: readonly unknown[]): void {
    const [input] = args;
    if (typeof input !== 'object' || input === null) return;
    for (const name of told) {
      const value: unknown = Reflect.get(input, name);
      if (typeof value === 'string') this.#attributes[name] = value;
    }
  }

  getLogAttributes(
    input: GetLogAttributesInput,
    next: Next<ActivityOutboundCallsInterceptor, 'getLogAttributes'>,
  ): Record<string, unknown> {
    return { ...next(input), ...this.#attributes };
  }
}
