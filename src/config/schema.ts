import { z } from 'zod';
import { feedSchema } from '../feeds/config.js';
import { mispSchema } from '../misp/config.js';
import { fileTargetSchema } from '../soar/file/config.js';
import { secopsTargetSchema } from '../soar/secops/config.js';
import { webhookTargetSchema } from '../soar/webhook/config.js';
import { duration, name, secretRef, tlsShape } from './fields.js';

/** lurewatch.yaml. The descriptions are the configuration reference: `npm run docs` writes it from here. */

const mailboxCommon = {
  targets: z.array(name).default([]).describe('Names of the targets that get an alert for each message.'),
  misp: z
    .boolean()
    .default(true)
    .describe('False: register no MISP events for this mailbox, though `misp` is configured.'),
  every: duration
    .refine((ms) => ms >= 1000 && ms % 1000 === 0, 'must be whole seconds, at least 1s')
    .prefault('1m')
    .describe('The polling interval of its schedule (`lurewatch schedules apply`).'),
  limit: z.int().min(1).optional().describe('At most so many messages a poll; the others wait for the next one.'),
  maxInDelivery: z
    .int()
    .min(1)
    .default(1000)
    .describe('While more messages than this wait for a sink in workflows of their own, a poll takes no new ones.'),
  environment: z.string().default('Default Environment').describe('`environment` of the alerts.'),
  priority: z
    .union([z.literal(-1), z.literal(40), z.literal(60), z.literal(80), z.literal(100)])
    .default(60)
    .describe('`priority` of the alerts: -1 informative, 40 low, 60 medium, 80 high, 100 critical.'),
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
  password: secretRef.describe('Password: `{ env: NAME }` or `{ file: /path }`.'),
  folders: z
    .array(z.string().min(1))
    .min(1)
    .default(['INBOX'])
    .describe('Folders to read, by their names as people see them.'),
  read: z
    .enum(['unread', 'new'])
    .default('unread')
    .describe(
      '`unread`: messages without \\Seen, marked when delivered. `new`: messages not met before, whatever their flags; sets none.',
    ),
  since: z.iso
    .date()
    .optional()
    .describe('Only messages that the server received on or after this day (INTERNALDATE).'),
  connections: z
    .int()
    .min(1)
    .max(10)
    .default(2)
    .describe('IMAP connections at the same time in a run. Four times as many batches are under way.'),
  ...mailboxCommon,
});

export const directoryMailboxSchema = z.strictObject({
  kind: z.literal('directory'),
  path: z.string().min(1).describe('A Maildir (with `new`, `cur`, `tmp`), relative to the configuration file.'),
  since: z.iso.date().optional().describe('Only messages whose file was written on or after this day.'),
  ...mailboxCommon,
});

export const mailboxSchema = z.discriminatedUnion('kind', [imapMailboxSchema, directoryMailboxSchema]);

export const targetSchema = z.discriminatedUnion('kind', [fileTargetSchema, webhookTargetSchema, secopsTargetSchema]);

export const configSchema = z.strictObject({
  store: z
    .strictObject({
      kind: z.literal('file').describe('A directory. Several workers on one host may share it.'),
      path: z.string().min(1).describe('The directory, relative to the configuration file.'),
    })
    .default({ kind: 'file', path: './var' })
    .describe('Where ledger and evidence are kept.'),
  mailboxes: z.record(name, mailboxSchema).default({}).describe('The mailboxes, each under a name of your choice.'),
  targets: z.record(name, targetSchema).default({}).describe('The SOARs, each under a name of your choice.'),
  misp: mispSchema.optional().describe('The MISP that gets an event for each alert with indicators.'),
  feeds: z
    .record(name, feedSchema)
    .default({})
    .describe('Threat feeds that become MISP events, each under a name of your choice.'),
  taskQueue: z.string().min(1).default('lurewatch').describe('The Temporal task queue of the workers.'),
  shutdownGraceTime: duration
    .prefault('30s')
    .describe('How long a worker that is told to stop lets running activities finish.'),
});

export type Config = z.output<typeof configSchema>;
export type MailboxConfig = z.output<typeof mailboxSchema>;
export type ImapMailboxConfig = z.output<typeof imapMailboxSchema>;
export type DirectoryMailboxConfig = z.output<typeof directoryMailboxSchema>;
export type TargetConfig = z.output<typeof targetSchema>;
