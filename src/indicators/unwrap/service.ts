/** A service that writes its own URL around another one. */
export interface WrappingService {
  /** As analysts know it; it stands in alerts. */
  readonly name: string;
  /** `urldefense.com`: that host alone; `*.protection.sophos.com`: all hosts below. */
  readonly hosts: readonly string[];
  /** What stands behind the host of a wrapper; any other URL of the host is an ordinary one. */
  readonly path: RegExp;
  /** The URL inside, still to be checked; null where it cannot be told from the wrapper. */
  readonly target: (wrapper: Wrapper) => string | null;
  /** The host that it says it leads to, beside the URL, still to be checked; for where `target` cannot be told. */
  readonly targetHost?: (wrapper: Wrapper) => string | null;
}

export interface Wrapper {
  /** WHATWG `href`. */
  readonly href: string;
  /** All of it behind the host: `/path?query#fragment`. */
  readonly rest: string;
}
