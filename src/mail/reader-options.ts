import type { KeptBudget } from './attachments/attachment-sink.js';
import type { HeaderField } from './headers.js';

/** How a message is read, and what is told of it meanwhile. */
export interface ReaderOptions {
  /** Nesting of multiparts and messages. */
  readonly maxDepth: number;
  /** What part numbers begin with: '' for the mail itself, `2` or `2/order.eml!` for a message in it. */
  readonly prefix: string;
  /** For attachments that can be looked into. */
  readonly budget: KeptBudget;
  readonly nameOf: (headers: readonly HeaderField[]) => string | null;
  /** Header fields that are kept beside those that are read. */
  readonly wantsHeader?: ((name: string) => boolean) | undefined;
  /** Takes the header of each attached message, and the part it is. */
  readonly onMessage: (part: string, headers: readonly HeaderField[]) => void;
}
