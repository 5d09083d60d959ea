import type { Config } from '../config/schema.js';
import { carriedEach, limitOfSink } from '../queues/limits.js';
import { sinksFor } from '../routing/sinks-for.js';
import type { Plan } from '../workflows/types.js';
import { type Mailbox, mispSinkName } from './dependencies.js';
import { afterOfMailbox, marksSeen } from './mailbox-options.js';

/** A batch keeps trying for about a polling interval; beyond this its messages are better off on their own. */
const longestPatienceMs = 5 * 60_000;

function planOfAfter(mailbox: Mailbox): Pick<Plan, 'marks' | 'after' | 'notesProgress'> {
  const { kind } = afterOfMailbox(mailbox);
  const marks = kind !== 'nothing';
  return {
    marks,
    ...(kind === 'read' || kind === 'nothing' ? {} : { after: kind }),
    ...(marks && !marksSeen(mailbox) ? { notesProgress: true as const } : {}),
  };
}

/** Each may be twenty alerts: what stands in histories of a batch stays as small as usual. */
const reportsPerBatch = 10;

/** While one batch has the connection, others are being parsed, are at their sinks, or wait for Temporal. */
const batchesPerConnection = 4;

/** What the workflows of a poll need to know of the configuration. */
export function planOf(mailbox: Mailbox, all: Config): Plan {
  const { config } = mailbox;
  const { messagesPerSecond } = config;
  const sizes = [
    ...(config.alertFor === 'originals' ? [reportsPerBatch] : []),
    ...(messagesPerSecond === undefined ? [] : [carriedEach(messagesPerSecond)]),
  ];
  const limits = mailbox.sinks.flatMap((sink) => {
    const perSecond = limitOfSink(all, sink);
    return perSecond === undefined ? [] : [[sink, carriedEach(perSecond)] as const];
  });
  return {
    targets: mailbox.sinks.filter((sink) => sink !== mispSinkName),
    misp: mailbox.sinks.includes(mispSinkName),
    ...(config.routes.length === 0 ? {} : { unrouted: sinksFor(mailbox, { mailbox: mailbox.name }) }),
    ...planOfAfter(mailbox),
    parallelBatches: config.batches ?? batchesPerConnection * (config.kind === 'imap' ? config.connections : 2),
    patienceMs: Math.min(config.every, longestPatienceMs),
    maxInDelivery: config.maxInDelivery,
    ...(config.limit === undefined ? {} : { limit: config.limit }),
    ...(config.skip?.mark === false ? { leavesSkipped: true as const } : {}),
    ...(sizes.length === 0 ? {} : { batchSize: Math.min(...sizes) }),
    ...(messagesPerSecond === undefined ? {} : { limited: true }),
    ...(limits.length === 0 ? {} : { alertsPerActivity: Object.fromEntries(limits) }),
  };
}
