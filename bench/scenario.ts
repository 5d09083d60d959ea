import type { ClusterSite } from './cluster/cluster-site.js';
import type { CorpusName } from './corpus.js';
import type { LoopRound } from './loop-round.js';
import type { LurewatchRound } from './lurewatch-round.js';
import type { Site } from './site.js';

export interface BenchOptions {
  /** Instead of each scenario's own number of mails. */
  readonly mails: number | undefined;
  /** The same of the rows of a feed. */
  readonly rows: number | undefined;
  readonly rounds: number | undefined;
  readonly corpus: CorpusName;
  readonly profileFolder: string | undefined;
  /** A quick look at whether it works, with fewer mails. */
  readonly small: boolean;
  /** Instead of each scenario's own numbers of worker processes. */
  readonly workers: readonly number[] | undefined;
  /** So many batches of the flooded mailbox at a time, instead of what is usual. */
  readonly batches: number | undefined;
  /** What a run by chance starts from: the same seed plans the same faults. */
  readonly seed: number | undefined;
  readonly minutes: number | undefined;
  readonly onProgress: (line: string) => void;
}

export type Scenario = (site: Site, options: BenchOptions) => Promise<ScenarioResult>;
/** Needs neither Temporal nor a mail server. */
export type SiteFreeScenario = (options: BenchOptions) => Promise<ScenarioResult>;

/** With Temporal's own server on PostgreSQL, and an S3 service. */
export type ClusterScenario = (site: ClusterSite, options: BenchOptions) => Promise<ClusterResult>;

export type ScenarioResult = MailResult | FeedResult | ExtractionResult | ClusterResult;

interface Measured {
  readonly name: string;
  /** What the issue of this scenario is, each with its goal. */
  readonly figures: readonly Figure[];
}

export interface MailResult extends Measured {
  readonly corpus: CorpusName;
  readonly lurewatch: readonly (LurewatchRound & { readonly label: string })[];
  readonly loop: readonly LoopRound[];
  readonly tables?: readonly { readonly title: string; readonly rows: readonly TableRow[] }[];
}

export interface FeedResult extends Measured {
  /** Everything that was measured, a line of a table each. */
  readonly feedRounds: readonly FeedRound[];
}

/** What was read or imported, how, and what was seen; in the order of the columns. */
export type FeedRound = TableRow;
export type TableRow = Readonly<Record<string, string | number | undefined>>;

export interface ExtractionResult extends Measured {
  readonly corpus: CorpusName | 'fixture' | 'pathological';
  readonly tables: readonly { readonly title: string; readonly rows: readonly TableRow[] }[];
}

export interface ClusterResult extends Measured {
  readonly corpus: CorpusName;
  readonly tables: readonly { readonly title: string; readonly rows: readonly TableRow[] }[];
}

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly goal?: { readonly atLeast: number } | { readonly below: number };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = low] = sorted.slice(sorted.length % 2 === 1 ? middle : middle - 1, middle + 1);
  return (low + high) / 2;
}

/** Every mail became one case, in one request, and none is unread: a rate of anything less would mean nothing. */
export function assertComplete(round: LurewatchRound): void {
  const { mails, requests, cases, unreadAfter } = round;
  if (requests === mails && cases === mails && unreadAfter === 0) return;
  throw new Error(`of ${mails} mails came ${cases} cases in ${requests} requests, and ${unreadAfter} are unread`);
}

export function pace({ mails, seconds, mailsPerSecond }: LurewatchRound | LoopRound): string {
  return `${mails} mails in ${seconds.toFixed(2)} s, ${mailsPerSecond.toFixed(0)} a second`;
}
