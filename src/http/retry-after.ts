/** The longest pause a server may ask for; a typo of theirs must not stop us for a month. */
const longestMs = 60 * 60 * 1000;

/** `Retry-After` (RFC 9110 §10.2.3: seconds or a date) in milliseconds; undefined where absent or unreadable. */
export function retryAfterMs(value: string | undefined, nowMs = Date.now()): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  // Date.parse reads `-5` and `1.5` as years; an HTTP-date begins with the name of a day.
  const date = /^[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : date - nowMs;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), longestMs) : undefined;
}
