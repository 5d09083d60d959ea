import type { Extraction } from '../../src/indicators/types.js';
import { extractionSchema } from '../../src/ledger/records.js';

const schemes: ReadonlySet<string> = new Set(['http:', 'https:', 'ftp:']);
/** Somewhere the code gave up or was too slow: there is a result all the same, but a defect behind it. */
const gaveUp: ReadonlySet<string> = new Set(['parser-failed', 'time-cut', 'memory-cut']);
/** A half of a pair, which JSON writes as an escape and other programs refuse. */
const loneSurrogate = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

/** What is wrong with an answer; null where it is well formed. */
export function faultOf(extraction: Extraction): string | null {
  const parsed = extractionSchema.safeParse(extraction);
  if (!parsed.success) return `it is no extraction: ${parsed.error.message.replaceAll(/\s+/g, ' ')}`;
  const json = JSON.stringify(extraction);
  const lone = loneSurrogate.exec(json);
  if (lone !== null) return `half a character in ${json.slice(Math.max(0, lone.index - 60), lone.index + 10)}`;
  const codes = extraction.findings.map(({ code }) => code);
  const failure = codes.find((code) => gaveUp.has(code));
  if (failure !== undefined) return failure;
  return urlFault(
    extraction.urls.map(({ url }) => url),
    codes.includes('url-cut'),
  );
}

/** Attachments that were given up; only after half of the time it is for the time they took. */
export function lateFault(findings: readonly string[], tookMs: number, deadlineSeconds: number): string | null {
  return findings.includes('attachments-cut') && tookMs > (deadlineSeconds * 1000) / 2 ? 'attachments-cut' : null;
}

function urlFault(urls: readonly string[], cut: boolean): string | null {
  if (new Set(urls).size !== urls.length) return 'a URL is listed twice';
  for (const url of urls) {
    if (!URL.canParse(url)) return `${url} is no URL`;
    const { protocol, href } = new URL(url);
    if (!schemes.has(protocol)) return `${url} has another scheme`;
    if (href !== url && !cut) return `${url} is not written as ${href}`;
  }
  return null;
}
