import type { Config, MailboxConfig } from '../config/schema.js';
import { unknownFeed, unknownMailbox } from '../config/unknown-name.js';
import { LurewatchError } from '../errors/lurewatch-error.js';
import type { Feed } from '../feeds/feed.js';
import type { ExtractionPool } from '../indicators/extraction-pool.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Owner } from '../ledger/records.js';
import type { MailSource } from '../mail/source.js';
import type { RevisionSink } from '../misp/revisions.js';
import type { Sink } from '../sinks/sink.js';
import type { Store } from '../store/store.js';
import type { DeliverMessageInput } from '../workflows/types.js';

/** A `deliverMessage` workflow that is open, and the message it carries. */
export interface OpenDelivery {
  readonly folder: string;
  readonly uidValidity: string;
  readonly uid: string;
  readonly held: boolean;
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
  /** Starts `deliverMessage` for a message. False: an open one carries it already. */
  startDelivery(input: DeliverMessageInput): Promise<boolean>;
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
  readonly workflows: Workflows;
}

export interface Mailbox {
  readonly name: string;
  readonly config: MailboxConfig;
  readonly source: MailSource;
  /** Names of the sinks that each message must reach. */
  readonly sinks: readonly string[];
}

export const mispSinkName = 'misp';

export function mailboxNamed(dependencies: Dependencies, name: string): Mailbox {
  const config = Object.hasOwn(dependencies.config.mailboxes, name) ? dependencies.config.mailboxes[name] : undefined;
  const source = dependencies.sources.get(name);
  if (config === undefined || source === undefined) {
    throw unknownMailbox(name, Object.keys(dependencies.config.mailboxes));
  }
  const misp = config.misp && dependencies.sinks.has(mispSinkName) ? [mispSinkName] : [];
  return { name, config, source, sinks: [...config.targets, ...misp] };
}

export function sinkNamed(dependencies: Dependencies, name: string): Sink {
  const sink = dependencies.sinks.get(name);
  if (sink !== undefined) return sink;
  const names = [...dependencies.sinks.keys()];
  throw new LurewatchError('LW_UNKNOWN_TARGET', `there is no target "${name}" (there is: ${names.join(', ')})`);
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
