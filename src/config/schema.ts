import { z } from 'zod';
import { alertSchema, environmentSchema, prioritySchema } from '../alerts/config.js';
import { campaignsSchema } from '../campaigns/config.js';
import { feedSchema } from '../feeds/config.js';
import { excludeSchema } from '../indicators/exclude/config.js';
import { afterShape, maildirAfterShape } from '../mail/imap/after-config.js';
import { pushShape } from '../mail/imap/idle-config.js';
import { imapLoginShape } from '../mail/oauth/config.js';
import { since } from '../mail/since-config.js';
import { skipSchema } from '../mail/skip/config.js';
import { monitoringSchema } from '../metrics/config.js';
import { mispSchema } from '../misp/config.js';
import { routingShape } from '../routing/config.js';
import { fileTargetSchema } from '../soar/file/config.js';
import { httpTargetSchema } from '../soar/http/config.js';
import { secopsTargetSchema } from '../soar/secops/config.js';
import { splunkSoarTargetSchema } from '../soar/splunk-soar/config.js';
import { thehiveTargetSchema } from '../soar/thehive/config.js';
import { webhookTargetSchema } from '../soar/webhook/config.js';
import { xsoarTargetSchema } from '../soar/xsoar/config.js';
import { s3StoreSchema } from '../store/s3/config.js';
import { historySchema } from '../temporal/codec/config.js';
import { codecServerSchema } from '../temporal/codec/server/config.js';
import { duration, name, proxyDefaults, proxyShape, retentionSchema, secretRef, tlsShape } from './fields.js';

/** lurewatch.yaml. The descriptions are the configuration reference: `npm run docs` writes it from here. */

const mailboxCommon = {
  targets: z.array(name).default([]).describe('Names of the targets that get an alert for each message.'),
  ...routingShape,
  skip: skipSchema.optional().describe('Mails that become no alert: docs/skip.md. Nothing of them is lost.'),
  daysBack: z
    .int()
    .min(1)
    .max(3650)
    .optional()
    .describe(
      'Only messages that the server received within so many days (24 hours each), by INTERNALDATE; beside `since`, the later of both. What grows older before it is taken stays as it is: `check` and `status` count it.',
    ),
  misp: z
    .boolean()
    .default(true)
    .describe('False: register no MISP events for this mailbox, though `misp` is configured.'),
  every: duration
    .refine((ms) => ms >= 1000 && ms % 1000 === 0, 'must be whole seconds, at least 1s')
    .prefault('1m')
    .describe('The polling interval of its schedule (`lurewatch schedules apply`).'),
  messagesPerSecond: z
    .number()
    .positive()
    .optional()
    .describe('At most so many messages are read a second, by all workers together: docs/queues.md.'),
  batches: z
    .int()
    .min(1)
    .max(40)
    .optional()
    .describe(
      'So many batches of up to 50 messages are under way in a run; without it four for each of `connections`, of a Maildir 8. Fewer leave more to other mailboxes: docs/queues.md.',
    ),
  limit: z.int().min(1).optional().describe('At most so many messages a poll; the others wait for the next one.'),
  maxInDelivery: z
    .int()
    .min(1)
    .default(1000)
    .describe('While more messages than this wait for a sink in workflows of their own, a poll takes no new ones.'),
  authserv: z
    .string()
    .regex(/^[^\s;=]+$/, 'must be the name at the beginning of Authentication-Results headers')
    .optional()
    .describe(
      'The own mail server whose Authentication-Results headers (RFC 8601) alerts tell, as it names itself in them: the last server on the way, so that its header stands above all others. Without it none are told: anybody can write them.',
    ),
  authservHeaders: z
    .int()
    .min(1)
    .max(5)
    .default(1)
    .describe(
      'How many such headers that server writes for each mail (OpenDKIM and OpenDMARC one each): what stands below them may be forged.',
    ),
  alertFor: z
    .enum(['report', 'originals', 'events'])
    .default('report')
    .describe(
      'What a message that carries others (attached, or forwarded in its text) becomes: `report`: one alert, which tells of them in `orig_` fields. `originals`: an alert for each of them and none for the message; one that carries none has its own as always. `events`: one alert as with `report`, with one further event for each of them.',
    ),
  campaigns: campaignsSchema,
  environment: environmentSchema
    .default('Default Environment')
    .describe('`environment` of the alerts: a text, or what an event field says (docs/alert-fields.md).'),
  priority: prioritySchema
    .default(60)
    .describe(
      '`priority` of the alerts: -1 informative, 40 low, 60 medium, 80 high, 100 critical; or by what an event field says (docs/alert-fields.md).',
    ),
  alert: alertSchema,
  limits: z
    .strictObject({
      sizeBytes: z
        .int()
        .min(1024)
        .default(50 * 1024 * 1024)
        .describe('Bytes read of one message.'),
      depth: z.int().min(1).default(20).describe('Nesting of MIME parts and messages.'),
      seconds: z.number().positive().default(10).describe('Time to parse one message.'),
    })
    .prefault({})
    .describe('What one message may cost. A message above a limit still becomes an alert, which says what was cut.'),
};

export const imapMailboxSchema = z.strictObject({
  kind: z.literal('imap').default('imap'),
  host: z.string().min(1).describe('IMAP server address.'),
  port: z
    .int()
    .min(1)
    .max(65535)
    .optional()
    .describe('IMAP port; by default 993, or 143 where `tls` is not `implicit`.'),
  tls: z
    .enum(['implicit', 'starttls', 'none'])
    .default('implicit')
    .describe(
      '`implicit`: TLS from the first byte. `starttls`: required before log-in. `none`: plain text, password included.',
    ),
  ...tlsShape,
  username: z.string().min(1).describe('User name.'),
  password: secretRef
    .optional()
    .describe('Password: `{ env: NAME }` or `{ file: /path }`. Needed where there is no `oauth`.'),
  ...imapLoginShape,
  ...proxyShape,
  folders: z
    .array(z.string().min(1))
    .min(1)
    .default(['INBOX'])
    .describe('Folders to read, by their names as people see them.'),
  read: z
    .enum(['unread', 'new'])
    .default('unread')
    .describe(
      '`unread`: messages without \\Seen, marked when delivered. `new`: messages not met before, whatever their flags; sets none but what `after` says.',
    ),
  ...afterShape,
  ...pushShape,
  since: since
    .optional()
    .describe(
      'Only messages that the server received on or after this day, in UTC, or since this time (INTERNALDATE): `2026-11-22T14:30:00Z`.',
    ),
  connections: z
    .int()
    .min(1)
    .max(10)
    .default(2)
    .describe(
      'IMAP connections at the same time in a run. Four times as many batches are under way, unless `batches` says otherwise.',
    ),
  ...mailboxCommon,
});

export const directoryMailboxSchema = z.strictObject({
  kind: z.literal('directory'),
  path: z.string().min(1).describe('A Maildir (with `new`, `cur`, `tmp`), relative to the configuration file.'),
  since: since
    .optional()
    .describe('Only messages whose file was written on or after this day, in UTC, or since this time.'),
  ...maildirAfterShape,
  ...mailboxCommon,
});

export const mailboxSchema = z.discriminatedUnion('kind', [imapMailboxSchema, directoryMailboxSchema]);

export const targetSchema = z.discriminatedUnion('kind', [
  fileTargetSchema,
  webhookTargetSchema,
  secopsTargetSchema,
  thehiveTargetSchema,
  xsoarTargetSchema,
  splunkSoarTargetSchema,
  httpTargetSchema,
]);

const fileStoreSchema = z.strictObject({
  kind: z.literal('file').describe('A directory. Several workers on one host may share it.'),
  path: z.string().min(1).describe('The directory, relative to the configuration file.'),
  retention: retentionSchema(
    'How long raw mails and what was found in them are kept, at least, since they were last stored: `180d`. Then they are removed (docs/operations.md), once a day by a schedule (`lurewatch schedules apply`), if their alert reached every sink. The ledger stays. By default they are kept for ever.',
  ),
});

/** Temporal joins deployment and build with a dot, and takes neither of more than 255 bytes with the other. */
const versioningSchema = z.strictObject({
  deployment: name.default('lurewatch').describe('Name of the deployment: of all workers that belong together.'),
  buildId: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe(
      'The version that runs here. Before it count `lurewatch worker --build-id` and LUREWATCH_BUILD_ID; without any of them it is the version of Lurewatch.',
    ),
  behavior: z
    .enum(['auto-upgrade', 'pinned'])
    .default('auto-upgrade')
    .describe(
      '`auto-upgrade`: an open workflow goes on with the current version. `pinned`: it ends with the version that it began with, whose workers must run that long.',
    ),
});

export const configSchema = z.strictObject({
  store: z
    .discriminatedUnion('kind', [fileStoreSchema, s3StoreSchema])
    .prefault({ kind: 'file', path: './var' })
    .describe('Where ledger and evidence are kept.'),
  mailboxes: z.record(name, mailboxSchema).default({}).describe('The mailboxes, each under a name of your choice.'),
  targets: z.record(name, targetSchema).default({}).describe('The SOARs, each under a name of your choice.'),
  misp: mispSchema.optional().describe('The MISP that gets an event for each alert with indicators.'),
  feeds: z
    .record(name, feedSchema)
    .default({})
    .describe('Threat feeds that become MISP events, each under a name of your choice.'),
  ...proxyDefaults,
  exclude: excludeSchema.prefault({}).describe('What alerts and MISP events leave out; each says how much that was.'),
  history: historySchema.prefault({}).describe('How what workflows keep is written into Temporal’s database.'),
  codecServer: codecServerSchema.prefault({}).describe('What `lurewatch codec-server` serves, and to whom.'),
  monitoring: monitoringSchema
    .optional()
    .describe('Metrics, traces and health of the worker: docs/monitoring.md. Without it the worker listens nowhere.'),
  taskQueue: z.string().min(1).default('lurewatch').describe('The Temporal task queue of the workers.'),
  versioning: versioningSchema.optional().describe('Worker versioning: docs/upgrading.md. By default there is none.'),
  shutdownGraceTime: duration
    .prefault('30s')
    .describe('How long a worker that is told to stop lets running activities finish.'),
});

export type Config = z.output<typeof configSchema>;
export type MailboxConfig = z.output<typeof mailboxSchema>;
export type ImapMailboxConfig = z.output<typeof imapMailboxSchema>;
export type DirectoryMailboxConfig = z.output<typeof directoryMailboxSchema>;
export type TargetConfig = z.output<typeof targetSchema>;
