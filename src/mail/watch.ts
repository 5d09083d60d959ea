/** A folder as it is when listening to it begins. */
export interface WatchedFolder {
  readonly folder: string;
  /** Of its numbering and its next UID: another text means that something came, or that nobody can tell. */
  readonly state: string;
}

/** Who is told what listening finds. */
export interface WatchListener {
  /** From now on the folder is listened to. */
  listening(folder: WatchedFolder): void;
  /** Mail came to one of the folders. */
  arrived(folder: string): void;
}

export interface WatchTimings {
  /** Each connection is asked for a sign of life so often. */
  readonly renewMs: number;
  /** Without one for so long it is given up. */
  readonly answerMs: number;
}

/**
 * Far below the 29 minutes after which RFC 2177 has a client begin anew: routers forget silent connections sooner, and a
 * dead one costs no more than a poll's interval.
 */
export const watchTimings: WatchTimings = { renewMs: 60_000, answerMs: 15_000 };
