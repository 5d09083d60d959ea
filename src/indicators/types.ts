/** Something an analyst should know about how a mail was read: what was cut, broken or hidden. */
export interface Finding {
  /** Stable, kebab-case: `size-cut`, `depth-cut`, `time-cut`, `parser-failed`, `no-body`, `charset-unknown`, … */
  readonly code: string;
  /** One sentence for people. */
  readonly text: string;
}

export interface FoundUrl {
  /** The URL as WHATWG `href`. */
  readonly url: string;
  /** Where it stood first: decoded text part, HTML link or other HTML attribute. */
  readonly kind: 'text' | 'click' | 'embed';
}

export interface AttachmentInfo {
  readonly fileName: string | null;
  readonly contentType: string;
  readonly sizeBytes: number;
}

/** What one raw message holds, as kept under its evidence hash and `extractorVersion`. JSON-serialisable. */
export interface Extraction {
  readonly extractorVersion: string;
  /** Decoded Subject; null where there is none. */
  readonly subject: string | null;
  /** Display form of From and To, decoded, addresses comma-joined; '' where there is none. */
  readonly from: string;
  readonly to: string;
  /** Bare addresses, lower case, in order of appearance. */
  readonly fromAddresses: readonly string[];
  readonly toAddresses: readonly string[];
  /** The first Message-ID header as sent, trimmed, angle brackets kept; null where there is none. */
  readonly messageId: string | null;
  /** Date header as Unix milliseconds; null where it is missing or does not parse. */
  readonly dateMs: number | null;
  /** This message's own URLs, each once, in order of appearance. */
  readonly urls: readonly FoundUrl[];
  readonly attachments: readonly AttachmentInfo[];
  readonly findings: readonly Finding[];
}
