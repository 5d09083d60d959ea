/** ASCII without control characters: what URL.canParse can be asked of. */
const ascii = /^[ -~]*$/;

/**
 * The WHATWG URL of a text; null where it is none. The only place that may call `URL.canParse`: once V8 has optimised
 * the call, which it does after some thousand of them, Node 20 and 22 answer false for every URL with a letter of Latin-1
 * (`http://bücher.example`). `new URL` is right, and slow for what is no URL, since it throws then.
 */
export function parseAnyUrl(text: string, base?: string): URL | null {
  if (ascii.test(text) && (base === undefined || ascii.test(base)) && !URL.canParse(text, base)) return null;
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
}
