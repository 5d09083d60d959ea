import type { Indicator } from '../observables/types.js';
import type { FoundUrl } from '../types.js';
import { normaliseUrl } from '../urls/normalise-url.js';
import { type Candidate, candidateOf } from './candidate.js';
import type { ExcludeConfig } from './config.js';
import { HostNames } from './host-names.js';
import { type Known, namesOf } from './known.js';
import { Networks } from './networks.js';
import type { Warninglist } from './warninglist.js';

/** What a list left out, so that it can be said. */
export interface ExcludedCount {
  /** `example.com (exclude.domains)`, `Top 1000 websites (warninglist)` */
  readonly by: string;
  readonly urls: number;
  readonly indicators: number;
}

export interface Excluded {
  readonly urls: readonly FoundUrl[];
  readonly indicators: readonly Indicator[];
  /** In order of first use; empty: nothing was left out. */
  readonly counts: readonly ExcludedCount[];
}

const nothing: Known = new Map();

/** Which URLs and other indicators an alert leaves out. Looks at what was found, never at what is stored of it. */
export class Exclusion {
  readonly #domains = new HostNames();
  readonly #urls: ReadonlySet<string>;
  readonly #networks: readonly { readonly text: string; readonly networks: Networks }[];
  readonly #warninglists: readonly Warninglist[];

  constructor(config: Pick<ExcludeConfig, 'domains' | 'urls' | 'cidr'>, warninglists: readonly Warninglist[]) {
    for (const domain of config.domains) this.#domains.add(domain);
    this.#urls = new Set(config.urls.map((url) => normaliseUrl(url) ?? url));
    this.#networks = config.cidr.map((text) => {
      const networks = new Networks();
      networks.add(text);
      return { text, networks };
    });
    this.#warninglists = warninglists;
  }

  /** @returns what excludes it, for people; undefined: nothing does */
  reason(candidate: Candidate, known: Known = nothing): string | undefined {
    const { type, value, host, ip } = candidate;
    const domain = host === undefined ? undefined : this.#domains.find(host);
    if (domain !== undefined) return `${domain} (exclude.domains)`;
    if (type === 'url' && this.#urls.has(value)) return `${value} (exclude.urls)`;
    const network = ip === undefined ? undefined : this.#networks.find(({ networks }) => networks.has(ip));
    if (network !== undefined) return `${network.text} (exclude.cidr)`;
    const list = this.#warninglists.find((warninglist) => warninglist.matches(candidate));
    if (list !== undefined) return `${list.name} (warninglist)`;
    const named = namesOf(candidate).find((name) => known.has(name));
    return named === undefined ? undefined : `${known.get(named)} (warninglist of MISP)`;
  }

  /** @param known what MISP's own lists say of `valuesToAsk` */
  apply(urls: readonly FoundUrl[], indicators: readonly Indicator[], known: Known = nothing): Excluded {
    const counts = new Map<string, { urls: number; indicators: number }>();
    const isKept = (kind: 'urls' | 'indicators', type: Candidate['type'], value: string): boolean => {
      const by = this.reason(candidateOf(type, value), known);
      if (by === undefined) return true;
      const count = counts.get(by) ?? { urls: 0, indicators: 0 };
      count[kind] += 1;
      counts.set(by, count);
      return false;
    };
    return {
      urls: urls.filter(({ url }) => isKept('urls', 'url', url)),
      indicators: indicators.filter(({ type, value }) => isKept('indicators', type, value)),
      counts: [...counts].map(([by, count]) => ({ by, ...count })),
    };
  }
}
