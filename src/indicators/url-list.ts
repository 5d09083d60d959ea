import type { FindingCode } from './findings.js';
import type { FoundUrl } from './types.js';

const maxUrls = 2000;
const maxUrlChars = 16 * 1024;
const maxTotalChars = 2_000_000;
/** What looks like a URL and is none costs time too. */
const maxCandidates = 50_000;

const schemes: ReadonlySet<string> = new Set(['http:', 'https:', 'ftp:']);

/** The URLs of one message: each once, as WHATWG `href`, in order of appearance, within limits. */
export class UrlList {
  readonly #found = new Map<string, FoundUrl>();
  readonly #seen = new Set<string>();
  readonly findings = new Set<FindingCode>();
  #totalChars = 0;

  get urls(): readonly FoundUrl[] {
    return [...this.#found.values()];
  }

  /** @param candidate absolute; anything that is no http, https or ftp URL is passed over */
  add(candidate: string, kind: FoundUrl['kind']): void {
    if (this.#seen.has(candidate)) return;
    if (this.#seen.size >= maxCandidates) {
      this.findings.add('urls-cut');
      return;
    }
    this.#seen.add(candidate);
    const href = normaliseUrl(candidate);
    if (href === null || this.#found.has(href)) return;
    if (href.length > maxUrlChars) this.findings.add('url-cut');
    const url = href.slice(0, maxUrlChars);
    if (this.#found.size >= maxUrls || this.#totalChars + url.length > maxTotalChars) {
      this.findings.add('urls-cut');
      return;
    }
    this.#totalChars += url.length;
    this.#found.set(url, { url, kind });
  }
}

/** The WHATWG `href`, which undoes what browsers undo (tabs, full-width letters, octal IP addresses); or null. */
export function normaliseUrl(candidate: string): string | null {
  if (!URL.canParse(candidate)) return null;
  const url = new URL(candidate);
  return schemes.has(url.protocol) && url.hostname !== '' ? url.href : null;
}
