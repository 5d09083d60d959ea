/** Percent-decodes once. What is no UTF-8, cut off or no escape at all stays as it is; never throws. */
export function percentDecoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) => {
      try {
        return decodeURIComponent(run);
      } catch {
        return run.replaceAll(/%[0-7][0-9a-f]/gi, decodeURIComponent);
      }
    });
  }
}

/** A URL whose scheme is still escaped was escaped as a whole; one with a plain scheme has its own escapes. */
export function withPlainScheme(text: string): string {
  let plain = text;
  for (let round = 0; round < 3 && /^(?:https?|ftp)%(?:25)*3a/i.test(plain); round++) plain = percentDecoded(plain);
  return plain;
}

/** Base64 with either alphabet, padded or not, as UTF-8. Never throws. */
export function base64Decoded(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}

/**
 * Reads one parameter of a query, not decoded. `&amp;` counts as `&`: HTML that was escaped twice has that.
 * `+` is no blank here: the services write blanks as `%20`, and `+` belongs to what they wrap.
 */
export function parameterReader(name: string): (rest: string) => string | null {
  const expression = new RegExp(`[?&](?:amp;)?${name}=([^&#]*)`, 'i');
  return (rest) => expression.exec(rest)?.[1] ?? null;
}

/** `target` of a service that percent-encodes the URL in one parameter. */
export function parameterTarget(name: string): (wrapper: { readonly rest: string }) => string | null {
  const read = parameterReader(name);
  return ({ rest }) => {
    const value = read(rest);
    return value === null ? null : percentDecoded(value);
  };
}
