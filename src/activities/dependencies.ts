import type { Config, MailboxConfig } from '../config/schema.js';
import { unknownFeed, unknownMailbox } from '../config/unknown-name.js';
import { LurewatchError } from '../errors/lurewatch-error.js';
import type { Feed } from '../feeds/feed.js';
import type { Exclusion } from '../indicators/exclude/exclusion.js';
import type { ExtractionPool } from '../indicators/extraction-pool.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Owner } from '../ledger/records.js';
import type { MailSource } from '../mail/source.js';
import type { RevisionSink } from '../misp/revisions.js';
import type { MispWarninglists } from '../misp/warninglists.js';
import { goesToMisp, targetsOf } from '../routing/targets-of.js';
import type { Sink } from '../sinks/sink.js';
import type { Store } from '../store/store.js';
import type { DeliverMessageInput } from '../workflows/types.js';

/** A `deliverMessage` workflow that is open, and the message it carries. */
export interface OpenDelivery {
  readonly folder: string;
  readonly uidValidity: string;
  readonly uid: string;
  readonly held: boolean;
  /** With how many others of the same message it was started, itself counted. */
  readonly together: number;
}

/** What activities ask Temporal about other workflows, and of it. */
export interface Workflows {
  /** False: it has ended, or Temporal does not know it (any more). Throws while Temporal cannot be asked. */
  isOpen(owner: Owner): Promise<boolean>;
  /** Of any of its runs. */
  isWorkflowOpen(workflowId: string): Promise<boolean>;
  /** True while a `deliverMessage` workflow carries this alert of this mailbox. */
  isInDelivery(mailbox: string, alertId: string): Promise<boolean>;
  /** From the visibility store, which may lag behind by seconds. */
  openDeliveries(mailbox: string): Promise<readonly OpenDelivery[]>;
  /**
   * Starts `deliverMessage` for a message, or a mail that it carries. False: an open one carries it already.
   * @param together how many are started for the message at the same time
   */
  startDelivery(input: DeliverMessageInput, together: number): Promise<boolean>;
  /**
   * Has the schedule of a mailbox poll now; after the poll that is under way, where there is one.
   * @returns `running`: one is under way, and may have begun too early to see what came; `paused`, `unscheduled`: nobody polls then
   */
  askForPoll(mailbox: string): Promise<'asked' | 'running' | 'paused' | 'unscheduled'>;
}

/** Everything the activities touch the world with. Secrets live in here and nowhere else. */
export interface Dependencies {
  readonly config: Config;
  readonly store: Store;
  readonly ledger: Ledger;
  readonly sources: ReadonlyMap<string, MailSource>;
  /** Targets by name, and MISP under `misp`. */
  readonly sinks: ReadonlyMap<string, Sink>;
  readonly feeds: ReadonlyMap<string, Feed>;
  /** MISP as feeds write to it; undefined: none is configured, and no feed either. */
  readonly revisions: RevisionSink | undefined;
  readonly extraction: ExtractionPool;
  /** What alerts leave out. */
  readonly exclusion: Exclusion;
  /** MISP's own lists of what alerts leave out; undefined: they are not asked. */
  readonly warninglists: MispWarninglists | undefined;
  readonly workflows: Workflows;
  /** Aborted when the worker is told to stop: for what would go on for hours. */
  readonly stopping?: AbortSignal;
}

export interface Mailbox {
  readonly name: string;
  readonly config: MailboxConfig;
  readonly source: MailSource;
  /** Names of all sinks that its messages go to: which of them an alert must reach, `sinksFor` says. */
  readonly sinks: readonly string[];
}

export const mispSinkName = 'misp';

export function mailboxNamed(dependencies: Dependencies, name: string): Mailbox {
  const mailbox = routingMailbox(dependencies, name);
  const source = dependencies.sources.get(name);
  if (mailbox === undefined || source === undefined) {
    throw unknownMailbox(name, Object.keys(dependencies.config.mailboxes));
  }
  return { ...mailbox, source };
}

/** A mailbox also where its mail server is nobody's business. Undefined: it is not configured (any more). */
export function routingMailbox(dependencies: Dependencies, name: string): Omit<Mailbox, 'source'> | undefined {
  const { mailboxes } = dependencies.config;
  const config = Object.hasOwn(mailboxes, name) ? mailboxes[name] : undefined;
  if (config === undefined) return undefined;
  const misp = goesToMisp(config) && dependencies.sinks.has(mispSinkName) ? [mispSinkName] : [];
  return { name, config, sinks: [...targetsOf(config), ...misp] };
}

export function sinkNamed(dependencies: Dependencies, name: string): Sink {
  const sink = dependencies.sinks.get(name);
  if (sink !== undefined) return sink;
  const names = [...dependencies.sinks.keys()];
  throw new LurewatchError('LW_UNKNOWN_TARGET', `there is no target "${name}" (there is: ${names.join(', ')})`);
}

/** Of a target, or MISP: whether this worker touches it or others do. */
export function isConfigured({ targets, misp }: Pick<Config, 'targets' | 'misp'>, sink: string): boolean {
  return sink === mispSinkName ? misp !== undefined : Object.hasOwn(targets, sink);
}

export function feedNamed(dependencies: Dependencies, name: string): Feed {
  const feed = dependencies.feeds.get(name);
  if (feed === undefined) throw unknownFeed(name, [...dependencies.feeds.keys()]);
  return feed;
}

/** Where feeds are configured, MISP is: the configuration is refused otherwise. */
export function revisionSink({ revisions }: Dependencies): RevisionSink {
  if (revisions !== undefined) return revisions;
  throw new LurewatchError('LW_CONFIG_INVALID', 'feeds need a MISP to write to', { where: 'misp' });
}
