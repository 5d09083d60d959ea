import type { FeedConfig } from './config.js';
import type { FormatConfig } from './formats/config.js';
import type { CompiledMapping } from './mapping/compile.js';
import type { FeedSource } from './sources/source.js';

/** A feed of the configuration, ready to be read. */
export interface Feed {
  readonly name: string;
  readonly config: FeedConfig;
  readonly source: FeedSource;
  /**
   * A file of this machine in place of the source, in its format: rejected rows that were mended, say.
   * @throws LW_FEED_UNREADABLE where it does not lie beside the source or the configuration, or is none of a feed's
   */
  readonly part: (path: string) => Promise<FeedSource>;
  readonly format: FormatConfig;
  /** Its events keep UUIDs that others gave them: MISP may have such an event of anybody. */
  readonly asIs: boolean;
  /** Of those: the feed may also rewrite events that it did not write. */
  readonly adopts: boolean;
  /** Compiled anew for each import: `date: today` is another day then. */
  readonly mapping: () => CompiledMapping;
  readonly maxUnpackedBytes: number;
  /** Where a file of this name lies on this machine; undefined: it came from elsewhere. */
  readonly beside: (file: string) => string | undefined;
}
