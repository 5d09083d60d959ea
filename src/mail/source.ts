import type { Readable } from 'node:stream';
import type { WatchListener, WatchTimings } from './watch.js';

/** A folder as numbered at one time. All UIDs below are of this numbering (RFC 9051 §2.3.1.1). */
export interface FolderRef {
  readonly folder: string;
  /**
   * Which numbering it is: an opaque text, to be compared and nothing else. IMAP: `<UIDVALIDITY>-<mark of host and
   * username>`, so that the same UIDVALIDITY in another account is another numbering. A directory source: `maildir`,
   * since its names never change their meaning.
   */
  readonly uidValidity: string;
}

export interface ListOptions {
  /** `unread`: without \Seen. `all`: whatever the flags. */
  readonly which: 'unread' | 'all';
  /** Only messages whose INTERNALDATE is at or after this time. */
  readonly since?: Date | undefined;
}

export interface FolderListing extends FolderRef {
  /** IMAP UIDNEXT at the time of listing, in decimal; '' for a directory source. All UIDs listed are below it. */
  readonly uidNext: string;
  /** UIDs in decimal (directory source: unique names), oldest first. */
  readonly uids: readonly string[];
}

export interface FetchedMessage {
  readonly uid: string;
  /** INTERNALDATE: when the server received it. */
  readonly internalDate: Date;
  /** RFC822.SIZE: bytes on the server, also when `raw` was cut at `maxBytes`. */
  readonly sizeBytes: number;
  /** The raw bytes (RFC 5322): a buffer for small messages, a stream for large ones. */
  readonly raw: Buffer | Readable;
}

export interface MarkSeenResult {
  /** UIDs that carry the flag now, as read back from the server; where messages are moved or deleted: that went. */
  readonly marked: readonly string[];
  /** UIDs that were no longer in the folder. */
  readonly vanished: readonly string[];
  /** UIDs that are there and did not keep the flag, or did not go. */
  readonly refused: readonly string[];
  /** Of those marked: what the server took the command to move for, and left where it is. It carries flags instead. */
  readonly stayed?: readonly string[];
}

export interface SourceCheck {
  /** One line each, for people: what was tried and found. */
  readonly findings: readonly string[];
}

/**
 * Where messages come from. An implementation holds its connections itself and gives them back in `close`.
 * Every method throws LurewatchError with an LW_MAIL_ code; a folder whose numbering is not the one of the FolderRef
 * (renumbered since, or another account's) makes `fetch` and `markSeen` throw LW_MAIL_UIDVALIDITY_CHANGED before anything is read or changed.
 */
export interface MailSource {
  /** Logs in, opens each folder, verifies that \Seen can be set where `read: unread` needs it. Changes nothing. */
  check(signal?: AbortSignal): Promise<SourceCheck>;
  /** Lists one folder. Throws LW_MAIL_READ_ONLY where `which` is `unread` and \Seen cannot be set. */
  list(folder: string, options: ListOptions, signal?: AbortSignal): Promise<FolderListing>;
  /**
   * Reads messages without changing any flag (BODY.PEEK), calling `take` for one at a time and awaiting it.
   * Messages that vanished are left out. Of a message above `maxBytes` only its first `maxBytes` bytes are read.
   * Messages that are there and cannot be given do not keep their neighbours: those are handed over, and then
   * LW_MAIL_PROTOCOL is thrown, about all the others at once (see unreadable.ts).
   */
  fetch(
    folder: FolderRef,
    uids: readonly string[],
    limits: { readonly maxBytes: number },
    take: (message: FetchedMessage) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<void>;
  /** When the server received a message (INTERNALDATE); undefined where it is gone, or tells no date. Changes nothing. */
  receivedAt?(folder: FolderRef, uid: string, signal?: AbortSignal): Promise<Date | undefined>;
  /**
   * Does by UID with delivered messages what the mailbox is configured to, by default sets \Seen, and looks whether it
   * stuck.
   * @param only `seen`: sets \Seen whatever is configured, and does nothing else
   * @param earlier of them, those with which it may have been done before: what was copied is not copied again
   */
  markSeen(
    folder: FolderRef,
    uids: readonly string[],
    signal?: AbortSignal,
    only?: 'seen',
    earlier?: readonly string[],
  ): Promise<MarkSeenResult>;
  /**
   * Listens for new mail until `signal` is aborted. Throws once a connection does not come about or is lost. Reads,
   * marks and keeps nothing.
   */
  watch?(listener: WatchListener, signal: AbortSignal, timings?: WatchTimings): Promise<void>;
  /** Of these, those that are there and that `markSeen` has still to deal with. Changes nothing. */
  unfinished?(folder: FolderRef, uids: readonly string[], signal?: AbortSignal): Promise<readonly string[]>;
  close(): Promise<void>;
}
