import type { FindingCode } from './findings.js';
import { type FoundUrl, type UrlFlag, type UrlKind, urlFlags, urlKinds } from './types.js';
import { unwrap } from './unwrap/unwrap.js';
import { displayedHost, isSameSite } from './urls/displayed-host.js';
import { normaliseUrl, parseUrl } from './urls/normalise-url.js';
import { mailScriptWork } from './urls/script-scope.js';
import { flagsOf } from './urls/url-flags.js';
import { mailEntityWork } from './urls/xml-entities.js';

const maxUrls = 2000;
const maxUrlChars = 16 * 1024;
/** What is given longer is cut before it is looked at. */
const maxCandidateChars = 64 * 1024;
const maxTotalChars = 2_000_000;
const maxShownChars = 200;
/** What looks like a URL and is none costs time too. */
const maxCandidates = 50_000;

/** Where a text is that URLs are sought in. */
export interface UrlPlace {
  /** The path of the part; undefined for the header of the message. */
  readonly part: string | undefined;
  /** For all URLs of the text, but those of scripts; else each has the kind by which it stands there. */
  readonly kind?: UrlKind | undefined;
  /** What relative links start from where the document does not say (RFC 2557 §5); an absolute URL. */
  readonly base?: string | undefined;
}

/** One place where a URL stands. */
export interface Sighting {
  readonly kind: UrlKind;
  readonly part: string | undefined;
  /** As it stands there, where the candidate was made from it. */
  readonly original?: string | undefined;
  /** The text of the link. */
  readonly shown?: string | undefined;
  readonly defanged?: boolean | undefined;
}

interface Entry {
  readonly url: string;
  readonly host: string;
  /** `url` is of a service that does not tell where it leads. */
  readonly opaque: boolean;
  readonly part: string | undefined;
  kind: UrlKind;
  original: string | undefined;
  wrappers: readonly string[];
  shown: string | undefined;
  flags: readonly UrlFlag[];
}

const rank = Object.fromEntries(urlKinds.map((kind, index) => [kind, index])) as Readonly<Record<UrlKind, number>>;

/** The URLs of one message: each once, without the wrappers of protection services, within limits. */
export class UrlList {
  readonly #found = new Map<string, Entry>();
  readonly #seen = new Map<string, Entry | null>();
  readonly findings = new Set<FindingCode>();
  /** What may still be done to find those of scripts. */
  readonly scriptWork = mailScriptWork();
  readonly entityWork = mailEntityWork();
  #totalChars = 0;

  /** The strongest kind first (the order of `urlKinds`), those of one kind in order of appearance. */
  get urls(): readonly FoundUrl[] {
    const entries = [...this.#found.values()];
    return entries.sort((one, other) => rank[one.kind] - rank[other.kind]).map(foundUrl);
  }

  /** @param candidate absolute; anything that is no http, https or ftp URL is passed over */
  add(candidate: string, sighting: Sighting): void {
    const known = this.#found.get(candidate) ?? this.#seen.get(candidate);
    if (known === null) return;
    if (known !== undefined) {
      this.#merge(known, candidate, sighting);
      return;
    }
    if (this.#seen.size + this.#found.size >= maxCandidates) {
      this.findings.add('urls-cut');
      return;
    }
    const entry = this.#enter(candidate, sighting);
    if (entry?.url !== candidate) this.#seen.set(candidate, entry);
    if (entry !== null) this.#merge(entry, candidate, sighting);
  }

  #enter(candidate: string, { kind, part, original: written = candidate }: Sighting): Entry | null {
    if (candidate.length > maxCandidateChars) this.findings.add('url-cut');
    const outer = parseUrl(candidate.slice(0, maxCandidateChars));
    if (outer === null) return null;
    const { href } = outer;
    const unwrapped = unwrap(href);
    const { wrappers, opaque } = unwrapped;
    if (unwrapped.url.length > maxUrlChars) this.findings.add('url-cut');
    const url = shortened(unwrapped.url);
    const known = this.#found.get(url);
    if (known !== undefined) {
      this.#takeOver(known, wrappers, written);
      return known;
    }
    const original = originalOf(written, url);
    const chars = url.length + (original?.length ?? 0);
    if (this.#found.size >= maxUrls || this.#totalChars + chars > maxTotalChars) {
      this.findings.add('urls-cut');
      return null;
    }
    const parsed = url === href ? outer : parseUrl(url);
    if (parsed === null) return null;
    this.#totalChars += chars;
    const host = parsed.hostname;
    const flags = flagsOf(parsed, url, host);
    const entry: Entry = { url, host, kind, part, original, wrappers, opaque, flags, shown: undefined };
    this.#found.set(url, entry);
    return entry;
  }

  /** A URL that was met by itself is told with the protection service around it, where it is met within one too. */
  #takeOver(known: Entry, wrappers: readonly string[], written: string): void {
    if (known.wrappers.length > 0 || wrappers.length === 0) return;
    known.wrappers = wrappers;
    const original = originalOf(written, known.url);
    const more = (original?.length ?? 0) - (known.original?.length ?? 0);
    if (this.#totalChars + more > maxTotalChars) return;
    this.#totalChars += more;
    known.original = original;
  }

  #merge(entry: Entry, candidate: string, { kind, shown, defanged }: Sighting): void {
    if (rank[kind] < rank[entry.kind]) entry.kind = kind;
    if (defanged === true) addFlag(entry, 'defanged');
    if (shown === undefined || shown === '' || shown === candidate) return;
    // Where a service does not tell the target, its own host is no mismatch.
    if (!entry.opaque && !entry.flags.includes('displayMismatch')) {
      const host = displayedHost(shown);
      if (host !== null && !isSameSite(host, entry.host)) {
        addFlag(entry, 'displayMismatch');
        this.findings.add('link-text-mismatch');
        // Of several texts the one that deceives.
        entry.shown = cut(shown, maxShownChars);
      }
    }
    if (entry.shown === undefined && (!shown.includes(':') || normaliseUrl(shown) !== entry.url))
      entry.shown = cut(shown, maxShownChars);
  }
}

/** What is long is mostly made so: a user name of pages hides the host behind it. */
function shortened(url: string): string {
  if (url.length <= maxUrlChars) return url;
  const parsed = parseUrl(url);
  if (parsed === null || parsed.username + parsed.password === '') return url.slice(0, maxUrlChars);
  parsed.username = parsed.username.slice(0, maxShownChars);
  parsed.password = '';
  return parsed.href.slice(0, maxUrlChars);
}

function addFlag(entry: Entry, flag: UrlFlag): void {
  if (!entry.flags.includes(flag)) entry.flags = [...entry.flags, flag];
}

function foundUrl({ url, kind, original, part, wrappers, shown, flags }: Entry): FoundUrl {
  const found: { -readonly [Key in keyof FoundUrl]: FoundUrl[Key] } = { url, kind };
  if (original !== undefined) found.original = original;
  if (part !== undefined) found.part = part;
  if (wrappers.length > 0) found.wrappers = wrappers;
  if (shown !== undefined) found.shown = shown;
  if (flags.length > 0) found.flags = urlFlags.filter((flag) => flags.includes(flag));
  return found;
}

/** A slash behind the host is no difference worth telling. */
function originalOf(written: string, url: string): string | undefined {
  if (written === url || `${written}/` === url) return undefined;
  return cut(written, maxUrlChars);
}

function cut(text: string, chars: number): string {
  return text.length <= chars ? text : text.slice(0, chars).replace(/[\ud800-\udbff]$/, '');
}
