/**
 * What is written of a campaign for a span of time as long as a window, once and for ever: when a window begins that mails
 * of the span belong to, or null: none does, since a mail of the next span came first.
 */
export type WindowSlot = number | null;

/**
 * When the window of a mail begins: with the first mail of its campaign that anybody saw, for `windowMs`. Time is divided
 * into spans of that length, and each has one slot, which the first to ask writes. A mail may belong to a window that
 * began in the span before its own, so nothing is decided in a span before the one before it is closed: of two copies on
 * either side of a border, at the same time, by two workers, either the first one's window has the second, or both look
 * into the later slot.
 * @param slot what stands in the slot of a span, which is `otherwise` where nothing stood in it
 */
export function windowStart(
  receivedAtMs: number,
  windowMs: number,
  slot: (span: number, otherwise: WindowSlot) => WindowSlot,
): number {
  const span = Math.floor(receivedAtMs / windowMs);
  const covers = (startMs: WindowSlot): startMs is number =>
    startMs !== null && Math.abs(receivedAtMs - startMs) < windowMs;
  const before = slot(span - 1, null);
  if (covers(before)) return before;
  const own = slot(span, receivedAtMs);
  if (covers(own)) return own;
  const after = own === null ? slot(span + 1, receivedAtMs) : null;
  // Read so late that a later window is there and does not reach back to it: all such mails of a span are one campaign.
  return covers(after) ? after : span * windowMs;
}
