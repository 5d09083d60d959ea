import { wellFormed } from '../text/well-formed.js';

const longest = 300;

/**
 * The beginning of a text from outside, fit for one line in a terminal and the Web UI: no control or formatting
 * characters, at most 300 characters. `hide`: secrets that the other side might echo.
 */
export function excerpt(text: string, hide: readonly string[] = []): string {
  let shown = text.slice(0, 64 * 1024);
  for (const secret of hide) if (secret !== '') shown = shown.replaceAll(secret, '[secret]');
  // Cc, Cf, Zl, Zp: control characters, and those that reorder or hide what stands beside them.
  shown = shown.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return wellFormed(shown.length <= longest ? shown : `${shown.slice(0, longest - 1)}…`);
}
