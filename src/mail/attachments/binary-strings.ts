/** Runs of that many characters are words; shorter ones are chance. */
const minChars = 6;
const maxChars = 16 * 1024;
const maxTotalChars = 1024 * 1024;

export interface BinaryStrings {
  /** One a line. */
  readonly text: string;
  readonly cut: boolean;
}

/**
 * Text in a binary file that may hold a URL or a host: runs of ASCII, a byte or two a character (UTF-16LE), at either
 * of the two offsets. Linear.
 */
export function binaryStrings(bytes: Buffer): BinaryStrings {
  const found = new StringCollector();
  let start = 0;
  for (let at = 0; at <= bytes.length; at++) {
    if (at < bytes.length && isPrintable(bytes[at] as number)) continue;
    if (at - start >= minChars) found.add(bytes.toString('latin1', start, Math.min(at, start + maxChars)));
    start = at + 1;
  }
  for (const offset of [0, 1]) {
    start = offset;
    for (let at = offset; at <= bytes.length; at += 2) {
      if (at + 1 < bytes.length && bytes[at + 1] === 0 && isPrintable(bytes[at] as number)) continue;
      if (at - start >= minChars * 2) found.add(bytes.toString('utf16le', start, Math.min(at, start + maxChars * 2)));
      start = at + 2;
    }
  }
  return { text: found.lines.join('\n'), cut: found.cut };
}

class StringCollector {
  readonly lines: string[] = [];
  cut = false;
  #chars = 0;

  add(text: string): void {
    // Neither a host nor a scheme.
    if (!/:\/\/|www\.|\.[a-z]{2}/i.test(text)) return;
    if (this.#chars + text.length > maxTotalChars) this.cut = true;
    else {
      this.#chars += text.length;
      this.lines.push(text);
    }
  }
}

function isPrintable(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f;
}
