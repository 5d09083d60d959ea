/** A message that a sink rejected and that waits for a person. */
export interface HeldMessage {
  readonly alertId: string;
  readonly mailbox: string;
  readonly workflowId: string;
  readonly since: Date;
  readonly from: string;
  readonly subject: string;
  /** The sinks that hold it; undefined where neither its memo nor a worker could tell. */
  readonly sinks: readonly HoldingSink[] | undefined;
}

export interface HoldingSink {
  readonly sink: string;
  /** Of src/errors/catalogue.ts. */
  readonly code: string;
  readonly reason: string;
  readonly since: Date;
}

/** A message on which a decision falls. */
export interface Carrier {
  readonly alertId: string;
  readonly mailbox: string;
  readonly workflowId: string;
  /** Only for these. Undefined: for all of its sinks that wait for a decision. */
  readonly sinks?: readonly string[];
}

/** How many, by sink and code: the most first. */
export function heldBySink(
  messages: readonly HeldMessage[],
): readonly { readonly sink: string; readonly code: string; readonly count: number }[] {
  const counts = new Map<string, { readonly sink: string; readonly code: string; count: number }>();
  for (const { sinks = [] } of messages) {
    for (const { sink, code } of sinks) {
      const known = counts.get(`${sink} ${code}`) ?? { sink, code, count: 0 };
      known.count += 1;
      counts.set(`${sink} ${code}`, known);
    }
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}
