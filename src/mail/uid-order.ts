/**
 * Oldest first. IMAP UIDs are numbers that only grow (RFC 9051 §2.3.1.1); names in a Maildir begin with the second of
 * delivery, so the leading number decides for both, and the rest only where it is equal.
 */
export function byUid(left: string, right: string): number {
  const difference = leadingNumber(left) - leadingNumber(right);
  if (difference !== 0) return difference;
  return left < right ? -1 : left > right ? 1 : 0;
}

function leadingNumber(uid: string): number {
  return Number.parseInt(uid, 10) || 0;
}
