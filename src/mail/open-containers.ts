/** A multipart or an attached message whose end has not been met. */
export type Container =
  | {
      readonly kind: 'multipart';
      readonly contentType: string;
      /** The declared one, then any that was guessed. */
      readonly boundaries: string[];
      /** A boundary line of it was met. */
      seen: boolean;
    }
  | { readonly kind: 'message'; readonly startByte: number; readonly done: (sizeBytes: number) => void };

export interface Delimiter {
  /** Which container it belongs to, counted from the outermost. */
  readonly index: number;
  /** It ends with `--`: the multipart's last (RFC 2046 §5.1.1). */
  readonly closes: boolean;
}

/** RFC 2046 §5.1.1 allows 70 characters; some senders use more. */
const maxBoundaryLine = 1000;

/** The containers around the byte at hand, the innermost last. */
export class OpenContainers {
  readonly #open: Container[] = [];

  get depth(): number {
    return this.#open.length;
  }

  get top(): Container | undefined {
    return this.#open.at(-1);
  }

  push(container: Container): void {
    this.#open.push(container);
  }

  /** Blanks after the boundary are legal padding (RFC 2046 §5.1.1). */
  match(line: Buffer): Delimiter | null {
    if (!startsWithDashes(line) || line.length > maxBoundaryLine) return null;
    const text = boundaryText(line);
    for (let index = this.#open.length - 1; index >= 0; index--) {
      const container = this.#open[index];
      if (container?.kind !== 'multipart') continue;
      if (container.boundaries.includes(text)) return { index, closes: false };
      if (text.endsWith('--') && container.boundaries.includes(text.slice(0, -2))) return { index, closes: true };
    }
    return null;
  }

  /** Whether the line may be a boundary that the innermost multipart did not declare. */
  mayGuess(line: Buffer): boolean {
    const top = this.#open.at(-1);
    return top?.kind === 'multipart' && !top.seen && startsWithDashes(line) && line.length <= maxBoundaryLine;
  }

  /** The declared boundary stays in force: a false one in the preamble must not hide the parts. */
  adoptGuess(line: Buffer): void {
    const top = this.#open.at(-1);
    if (top?.kind === 'multipart') top.boundaries.push(boundaryText(line));
  }

  /** Ends every container inside the delimiter's. That one stays open: some mail has parts behind its last boundary. */
  enterAt(delimiter: Delimiter, atByte: number): void {
    this.leave(delimiter.index + 1, atByte);
    const container = this.#open[delimiter.index];
    if (container?.kind === 'multipart') container.seen = true;
  }

  leave(depth: number, atByte: number): void {
    for (const container of this.#open.splice(depth)) {
      if (container.kind === 'message') container.done(Math.max(0, atByte - container.startByte));
    }
  }
}

function startsWithDashes(line: Buffer): boolean {
  return line[0] === 0x2d && line[1] === 0x2d;
}

function boundaryText(line: Buffer): string {
  return line.toString('latin1', 2).trimEnd();
}
