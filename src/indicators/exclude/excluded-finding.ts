import type { Finding } from '../types.js';
import type { ExcludedCount } from './exclusion.js';

const shown = 10;
const maxNameChars = 100;

/** `Left out: 3 URLs and 1 other indicator on example.com (exclude.domains).`; undefined where nothing was. */
export function excludedFinding(counts: readonly ExcludedCount[]): Finding | undefined {
  if (counts.length === 0) return undefined;
  const named = counts.slice(0, shown).map((count) => `${amount(count)} on ${short(count.by)}`);
  const rest = counts.slice(shown);
  const others = rest.length === 0 ? [] : [`${amount(total(rest))} on ${rest.length} more`];
  return { code: 'excluded', text: `Left out: ${[...named, ...others].join(', ')}.` };
}

function amount({ urls, indicators }: Pick<ExcludedCount, 'urls' | 'indicators'>): string {
  return [
    urls === 0 ? '' : `${urls} ${urls === 1 ? 'URL' : 'URLs'}`,
    indicators === 0 ? '' : `${indicators} other ${indicators === 1 ? 'indicator' : 'indicators'}`,
  ]
    .filter((text) => text !== '')
    .join(' and ');
}

function total(counts: readonly ExcludedCount[]): Pick<ExcludedCount, 'urls' | 'indicators'> {
  return counts.reduce(
    (sum, { urls, indicators }) => ({ urls: sum.urls + urls, indicators: sum.indicators + indicators }),
    { urls: 0, indicators: 0 },
  );
}

function short(text: string): string {
  return text.length <= maxNameChars ? text : `${text.slice(0, maxNameChars)}…`;
}
