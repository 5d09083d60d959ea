/** At which sink, and for whom: the line of each mailbox is its own. */
export interface Turn {
  readonly sink: string;
  readonly on: string;
}

/**
 * Lets so many activities at once work at each sink. A sink serves no more requests at a time than the configuration
 * says: of many batches, most would only wait for a connection, with claims in hand that grow old. A place that becomes
 * free goes to the mailbox that was served longest ago, so that a flooded one delays another by one batch and not by
 * all that it has. A line is short, or there is none, since who stands in it takes a place of the worker's.
 */
export class SinkTurns {
  readonly #placesAt: (sink: string) => number;
  readonly #longestLine: number;
  readonly #sinks = new Map<string, AtSink>();

  constructor(placesAt: (sink: string) => number, longestLine: number) {
    this.#placesAt = placesAt;
    this.#longestLine = longestLine;
  }

  /** Runs `work` when its turn has come; `full` at once where the line is. Throws the reason of `signal`. */
  async within<T>({ sink, on }: Turn, signal: AbortSignal, work: () => Promise<T>, full: () => T): Promise<T> {
    const at = this.#sinks.get(sink) ?? { busy: 0, served: 0, lines: new Map() };
    this.#sinks.set(sink, at);
    const line = at.lines.get(on) ?? { waiting: [], lastServed: 0 };
    at.lines.set(on, line);
    const allBusy = at.busy >= this.#placesAt(sink);
    if (allBusy && line.waiting.length >= this.#longestLine) return full();
    signal.throwIfAborted();
    if (allBusy) await turnIn(line, signal);
    else at.busy += 1;
    line.lastServed = ++at.served;
    try {
      return await work();
    } finally {
      const next = servedLongestAgo(at)?.waiting.shift();
      // A place is handed on, or given back.
      if (next === undefined) at.busy -= 1;
      else next();
    }
  }
}

interface AtSink {
  busy: number;
  /** Counts the turns that were given. */
  served: number;
  readonly lines: Map<string, Line>;
}

/** Of one mailbox. */
interface Line {
  readonly waiting: (() => void)[];
  lastServed: number;
}

function turnIn({ waiting }: Line, signal: AbortSignal): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const go = () => {
      signal.removeEventListener('abort', leave);
      resolve();
    };
    const leave = () => {
      waiting.splice(waiting.indexOf(go), 1);
      reject(signal.reason);
    };
    waiting.push(go);
    signal.addEventListener('abort', leave, { once: true });
  });
}

function servedLongestAgo({ lines }: AtSink): Line | undefined {
  let first: Line | undefined;
  for (const line of lines.values()) {
    if (line.waiting.length > 0 && (first === undefined || line.lastServed < first.lastServed)) first = line;
  }
  return first;
}
