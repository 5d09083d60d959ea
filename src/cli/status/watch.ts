import { setTimeout as sleep } from 'node:timers/promises';
import { stopSignal } from '../stop-signals.js';

/** A terminal that is drawn on. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

export interface Watch {
  readonly everyMs: number;
  /** What to show now; where there is no terminal, one line. */
  readonly read: () => Promise<string>;
}

/** A screen of its own, without a cursor, where lines that are too long are cut. */
const enter = '\x1b[?1049h\x1b[?25l\x1b[?7l';
const leave = '\x1b[?7h\x1b[?25h\x1b[?1049l';

/**
 * Shows what `read` says, again and again, until Ctrl-C: on a terminal in place, elsewhere one below the other. A new
 * picture replaces the old one in a single write, line by line and never blanked, so that nothing flickers.
 */
export async function watch(screen: Screen, { everyMs, read }: Watch): Promise<void> {
  const stop = stopSignal();
  const onTerminal = screen.isTTY === true;
  let last = '';
  if (onTerminal) screen.write(enter);
  try {
    while (!stop.signal.aborted) {
      const reading = read();
      // Ctrl-C waits for no answer.
      reading.catch(() => undefined);
      const text = await Promise.race([reading, aborted(stop.signal)]);
      if (text === undefined) break;
      last = text;
      screen.write(onTerminal ? picture(text, screen) : `${text}\n`);
      await sleep(everyMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  } finally {
    stop.dispose();
    // What was seen last stays in the scroll-back of the shell.
    if (onTerminal) screen.write(`${leave}${last === '' ? '' : `${last}\n`}`);
  }
}

function picture(text: string, { rows = 24 }: Screen): string {
  const lines = text.split('\n');
  const fitting = lines.length < rows ? lines : [...lines.slice(0, rows - 2), '…'];
  return `\x1b[H${fitting.map((line) => `${line}\x1b[K`).join('\r\n')}\x1b[J`;
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
