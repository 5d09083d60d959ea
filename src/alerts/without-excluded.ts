import { excludedFinding } from '../indicators/exclude/excluded-finding.js';
import type { Exclusion } from '../indicators/exclude/exclusion.js';
import type { Known } from '../indicators/exclude/known.js';
import type { Extraction } from '../indicators/types.js';

/**
 * What was found without what the configuration excludes, and a finding that says how much that was.
 * @param known what MISP's own warninglists say of the values
 */
export function withoutExcluded(extraction: Extraction, exclusion: Exclusion, known?: Known): Extraction {
  const { urls, indicators, counts } = exclusion.apply(extraction.urls, extraction.indicators ?? [], known);
  const excluded = excludedFinding(counts);
  if (excluded === undefined) return extraction;
  const kept = new Set(urls.map(({ url }) => url));
  const originals = extraction.originals?.map((original) => ({
    ...original,
    urls: original.urls.filter((url) => kept.has(url)),
  }));
  return {
    ...extraction,
    urls,
    indicators,
    ...(originals === undefined ? {} : { originals }),
    findings: [...extraction.findings, excluded],
  };
}
