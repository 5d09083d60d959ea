import type { AuthenticationReport } from '../mail/authentication-results.js';
import type { OriginalMail } from '../mail/original-mail.js';
import type { Indicator } from './observables/types.js';

/** Something an analyst should know about how a mail was read: what was cut, broken or hidden. */
export interface Finding {
  /** Stable, kebab-case: `size-cut`, `depth-cut`, `time-cut`, `parser-failed`, `no-body`, `charset-unknown`, … */
  readonly code: string;
  /** One sentence for people. */
  readonly text: string;
}

/**
 * Where a URL stood first:
 * - `click`: a person who clicks or submits opens it; `embed`: the mail program loads it; `text`: decoded text;
 * - `header`: Subject and other header fields; `unsubscribe`: List-Unsubscribe (RFC 2369);
 * - `pdf`: an annotation or the text of a PDF; `attachment`: another attached file; `script`: a constant in a script.
 */
export const urlKinds = [
  'click',
  'text',
  'embed',
  'header',
  'unsubscribe',
  'pdf',
  'attachment',
  'script',
  'qr',
] as const;
export type UrlKind = (typeof urlKinds)[number];

/**
 * - `displayMismatch`: the text of the link shows another host than it opens; `defanged`: it stood defanged;
 * - `ipHost`: its host is an IP address; `punycode`: its host has a label in Punycode (RFC 3492);
 * - `userinfo`: it has a user name or password before its host; `shortener`: a service that hides the target.
 */
export const urlFlags = ['displayMismatch', 'defanged', 'ipHost', 'punycode', 'userinfo', 'shortener'] as const;
export type UrlFlag = (typeof urlFlags)[number];

export interface FoundUrl {
  /** The URL as WHATWG `href`, without the wrappers of protection services. */
  readonly url: string;
  readonly kind: UrlKind;
  /** As it stood in the mail, where that is not the same. */
  readonly original?: string;
  /** The part it came from: `1.2`; `1.3/invoice.zip!page.html`; absent for the header of the message. */
  readonly part?: string;
  /** Protection services around it, the outermost first: `Microsoft Safe Links`. */
  readonly wrappers?: readonly string[];
  /** The text shown for the link, where it is not the URL itself; at most 200 characters. */
  readonly shown?: string;
  readonly flags?: readonly UrlFlag[];
}

export interface AttachmentInfo {
  readonly fileName: string | null;
  /** As declared, in lower case; '' for a file found in another. */
  readonly contentType: string;
  /** Decoded; as declared by the archive where the file could not be unpacked. */
  readonly sizeBytes: number;
  /** In hex, of the decoded bytes; absent where they could not be read whole. */
  readonly md5?: string;
  readonly sha1?: string;
  readonly sha256?: string;
  /** The content type by what it holds, whatever it is called: `application/pdf`; absent where that is not known. */
  readonly type?: string;
  /** Where it stands: `1.2`; `1.3/feed.zip!inner.pdf`. */
  readonly part?: string;
  /** The part of the archive it was found in. */
  readonly from?: string;
}

/** A header field that the configuration asks for. */
export interface FoundHeader {
  /** In lower case. */
  readonly name: string;
  /** Decoded, on one line, at most 4,000 characters. */
  readonly value: string;
}

/** What an expression of the configuration matched in a text of the mail. */
export interface FoundText {
  readonly expression: string;
  /** Its first group, or the whole match; at most 1,000 characters on one line, or a long value. */
  readonly value: string;
  /** The part it stands in, as of a URL. */
  readonly part?: string;
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
  /** What else was found, by the header fields first, then by URLs and texts. Absent from records of earlier releases. */
  readonly indicators?: readonly Indicator[];
  /** `indicators` name the first place of each: these stand in an attached mail as well. Absent: none does. */
  readonly again?: readonly Indicator[];
  /** The mails it carries, attached ones first. */
  readonly originals?: readonly OriginalMail[];
  /** What Authentication-Results headers say, whoever wrote them: only `authenticationBy` tells what to believe. */
  readonly authentication?: readonly AuthenticationReport[];
  /** Header fields that the mailbox's configuration asks for, in their order; absent where it asks for none. */
  readonly headers?: readonly FoundHeader[];
  /** What its expressions match in the texts, each value once in a part; absent where it has none. */
  readonly inBody?: readonly FoundText[];
  readonly findings: readonly Finding[];
}
