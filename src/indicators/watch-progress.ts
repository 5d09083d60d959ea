import type { TimeAllowed } from './deadline-shares.js';

/** What a thread tells of the mails it reads; it goes there with its task. */
export interface Progress {
  readonly shared: SharedArrayBuffer;
  /** Which mail is at hand; negative before the first. */
  index(): number;
  /** Archives, PDFs or pictures of it are being opened. */
  isHeavy(): boolean;
}

export interface Watch {
  /** How long the mail at hand has been read. */
  spentSeconds(): number;
  stop(): void;
}

const startSeconds = 60;
/** The process may grow by so much while archives or PDFs are opened: they should take far less. */
const maxHeavyBytes = 384 * 1024 * 1024;

export function newProgress(): Progress {
  const shared = new SharedArrayBuffer(8);
  const at = new Int32Array(shared).fill(-1);
  return { shared, index: () => Atomics.load(at, 0), isHeavy: () => Atomics.load(at, 1) === 1 };
}

/**
 * Calls `overdue` once a mail has been at hand for too long. The time to start a thread does not count as a mail's.
 *
 * While archives and PDFs are opened memory is watched too: what they unpack to lies outside the heap, which the
 * thread's limit is for.
 */
export function watchProgress(
  progress: Progress,
  allowed: TimeAllowed,
  overdue: (cut: 'time-cut' | 'memory-cut') => void,
): Watch {
  let index = -1;
  let sinceMs = performance.now();
  let heavySince: { readonly ms: number; readonly memoryBytes: number } | null = null;
  const tick = () => {
    const now = performance.now();
    const current = progress.index();
    if (current !== index) {
      index = current;
      sinceMs = now;
      heavySince = null;
    }
    if (progress.isHeavy() && index >= 0) heavySince ??= { ms: now, memoryBytes: process.memoryUsage.rss() };
    const spentSeconds = (now - sinceMs) / 1000;
    const bodySeconds = heavySince === null ? spentSeconds : (heavySince.ms - sinceMs) / 1000;
    const seconds =
      index < 0 ? startSeconds : heavySince === null ? allowed.seconds : allowed.heavySeconds(bodySeconds);
    if (spentSeconds > seconds) overdue('time-cut');
    else if (heavySince !== null && process.memoryUsage.rss() - heavySince.memoryBytes > maxHeavyBytes)
      overdue('memory-cut');
  };
  const timer = setInterval(tick, Math.min(100, Math.max(5, allowed.seconds * 250)));
  return {
    spentSeconds: () => (performance.now() - sinceMs) / 1000,
    stop: () => clearInterval(timer),
  };
}
