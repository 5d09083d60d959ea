/** Tells a person how the demo gets on: plain lines, and on a terminal one more that changes. */
export interface Progress {
  /** A line that stays. */
  say(line: string): void;
  /** What is going on just now; replaces what was said so before. */
  now(line: string): void;
}

export function createProgress(): Progress {
  const terminal = process.stdout.isTTY === true;
  let last = '';
  const clear = () => {
    if (terminal && last !== '') process.stdout.write('\r\x1b[K');
    last = '';
  };
  return {
    say(line) {
      clear();
      process.stdout.write(`${line}\n`);
    },
    now(line) {
      if (line === last) return;
      clear();
      process.stdout.write(terminal ? line.slice(0, (process.stdout.columns ?? 80) - 1) : `${line}\n`);
      last = line;
    },
  };
}
