import { parseAnyUrl } from '../../url/parse-any-url.js';

const schemes: ReadonlySet<string> = new Set(['http:', 'https:', 'ftp:']);
/** The latter two come of `http://http://…`. */
const noHosts: ReadonlySet<string> = new Set(['', 'http', 'https']);
/** Parsed once and not twice: asking first costs as much as parsing, an exception much more. */
const mostlyValid = /^https?:\/\/[a-z][a-z\d.-]{0,200}[a-z](?:[/?#]|$)/;

/**
 * The WHATWG `URL`, whose `href` undoes what browsers undo (tabs, full-width letters, octal IP addresses); null for
 * anything that is no http, https or ftp URL with a host.
 */
export function parseUrl(candidate: string): URL | null {
  const url = mostlyValid.test(candidate) ? surely(candidate) : parseAnyUrl(candidate);
  return url !== null && schemes.has(url.protocol) && !noHosts.has(url.hostname) ? url : null;
}

function surely(candidate: string): URL | null {
  try {
    return new URL(candidate);
  } catch {
    return null;
  }
}

export function normaliseUrl(candidate: string): string | null {
  return parseUrl(candidate)?.href ?? null;
}
