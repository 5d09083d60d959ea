import { z } from 'zod';
import type { AlertDocument } from '../alerts/types.js';
import { indicatorRoles, indicatorTypes } from '../indicators/observables/types.js';
import { type Extraction, urlFlags, urlKinds } from '../indicators/types.js';
import { authenticationMethods } from '../mail/authentication-results.js';
import { mispEventSchema } from '../misp/schema.js';

/** The shapes of the ledger's records. Old records are read for ever: change by adding optional fields only. */

export const messageRecordSchema = z.object({
  version: z.literal(1),
  mailbox: z.string(),
  folder: z.string(),
  uidValidity: z.string(),
  uid: z.string(),
  alertId: z.string(),
  /** SHA-256 (hex) that the alert id is cut from. */
  identity: z.string(),
  /** SHA-256 (hex) of the raw bytes kept as evidence. */
  evidence: z.string(),
  /** On the server; more than `storedBytes` where the message was cut. */
  sizeBytes: z.number(),
  storedBytes: z.number(),
  internalDateMs: z.number(),
});
export type MessageRecord = Readonly<z.output<typeof messageRecordSchema>>;

/** A workflow run that sends, so that others can see whether it still does. */
export const ownerSchema = z.object({ workflowId: z.string(), runId: z.string() });
export type Owner = Readonly<z.output<typeof ownerSchema>>;

/** Written before a send. Without an end and an outcome, the send may have arrived. */
export const claimSchema = z.object({ version: z.literal(1), owner: ownerSchema, atMs: z.number() });
export type Claim = Readonly<z.output<typeof claimSchema>>;

/** Written when the owner of a claim knows for certain that its send was not carried out. */
export const claimEndSchema = z.object({
  version: z.literal(1),
  why: z.enum(['not-sent', 'unavailable', 'rejected', 'refused']),
  reason: z.string(),
  /** The activity whose answer this rejection is, also when it is tried again. Anybody else may send once more. */
  finalFor: z.string().optional(),
  /** Of a rejection that has a name of its own. */
  code: z.string().exactOptional(),
  /** What the sink has under that id, if anything, is of others. Absent: that is not known. */
  untouched: z.literal(true).exactOptional(),
  atMs: z.number(),
});
export type ClaimEnd = Readonly<z.output<typeof claimEndSchema>>;

export const outcomeSchema = z.discriminatedUnion('kind', [
  z.object({
    version: z.literal(1),
    kind: z.literal('delivered'),
    /** The case, event or file it became; '' where the sink names none. */
    reference: z.string(),
    warnings: z.array(z.string()),
    /** Of each of the warnings, in their order. */
    warningCodes: z.array(z.string()).optional(),
    /** Where the sink tells them apart. */
    action: z.enum(['created', 'updated', 'unchanged']).optional(),
    owner: ownerSchema,
    atMs: z.number(),
  }),
  z.object({
    version: z.literal(1),
    kind: z.literal('discarded'),
    who: z.string(),
    why: z.string(),
    /** The sink was not configured any more: nobody decided against those that its messages go to in its place. */
    gone: z.literal(true).optional(),
    owner: ownerSchema,
    atMs: z.number(),
  }),
]);
export type Outcome = Readonly<z.output<typeof outcomeSchema>>;

/** That a person had a held alert tried again. A discard is an outcome. */
export const retrySchema = z.object({
  version: z.literal(1),
  kind: z.literal('retry'),
  who: z.string(),
  why: z.string(),
  owner: ownerSchema,
  atMs: z.number(),
});
export type Retry = Readonly<z.output<typeof retrySchema>>;

/** How far a `read: new` folder has been dealt with: everything up to `upTo`, except the UIDs named. */
export const progressSchema = z.object({
  version: z.literal(1),
  upTo: z.number(),
  except: z.array(z.string()),
  /** The mailbox's `daysBack` then: only what was received within so many days was looked at. Absent: all was. */
  daysBack: z.number().exactOptional(),
  /** The mailbox's `since` then, a day or a time in UTC: what came before it was not looked at. Absent: everything was. */
  since: z.string().optional(),
  atMs: z.number(),
});
export type Progress = Readonly<z.output<typeof progressSchema>>;

/** That a mail became no alert of a mailbox, by one of its expressions. */
export const skipRecordSchema = z.object({
  version: z.literal(1),
  mailbox: z.string(),
  /** Of all expressions of the mailbox then. */
  digest: z.string(),
  rule: z.object({ field: z.enum(['subject', 'body', 'from']), expression: z.string() }),
  alertId: z.string(),
  /** Where it was met first. */
  folder: z.string(),
  uidValidity: z.string(),
  uid: z.string(),
  receivedAtMs: z.number(),
  /** SHA-256 (hex) of the raw message. */
  evidence: z.string(),
  from: z.string(),
  subject: z.string().nullable(),
  /** Cleaned. */
  messageId: z.string().nullable(),
  atMs: z.number(),
});
export type SkipRecord = Readonly<z.output<typeof skipRecordSchema>>;

/** A name that a skipped mail is found under. */
export const skipNameSchema = z.object({
  version: z.literal(1),
  name: z.string(),
  mailbox: z.string(),
  digest: z.string(),
  alertId: z.string(),
});

const findingSchema = z.object({ code: z.string(), text: z.string() });

export const alertDocumentSchema: z.ZodType<AlertDocument> = z.looseObject({
  version: z.literal(1),
  alertId: z.string(),
  identity: z.string(),
  ticketId: z.string(),
  messageId: z.string().nullable(),
  mailbox: z.string(),
  folder: z.string(),
  receivedAtMs: z.number(),
  evidence: z.string(),
  from: z.string(),
  to: z.string(),
  subject: z.string().nullable(),
  urls: z.array(z.string()),
  findings: z.array(findingSchema),
  alert: z.looseObject({
    display_id: z.string(),
    ticket_id: z.string(),
    name: z.string(),
    rule_generator: z.string(),
    start_time: z.number(),
    end_time: z.number(),
    priority: z.number(),
    device_vendor: z.string(),
    device_product: z.string(),
    environment: z.string(),
    source_grouping_identifier: z.string().exactOptional(),
    tags: z.array(z.string()).exactOptional(),
    events: z.array(z.record(z.string(), z.string())),
  }),
  mispEvent: mispEventSchema.nullable(),
  originalAlertIds: z.array(z.string()).exactOptional(),
  attachOriginal: z.literal(true).exactOptional(),
  report: z
    .object({
      alertId: z.string(),
      from: z.string(),
      subject: z.string().nullable(),
      messageId: z.string().nullable(),
    })
    .exactOptional(),
  route: z
    .object({ rule: z.string().nullable(), targets: z.array(z.string()), passedOver: z.array(z.string()) })
    .exactOptional(),
});

const indicatorSchema = z.object({
  type: z.enum(indicatorTypes),
  value: z.string(),
  role: z.enum(indicatorRoles),
  part: z.string().exactOptional(),
  position: z.number().exactOptional(),
});

const headersSchema = z.array(z.object({ name: z.string(), value: z.string() }));

const originalSchema = z.object({
  how: z.enum(['attached', 'inline']),
  part: z.string().exactOptional(),
  from: z.string().nullable(),
  to: z.string().nullable().exactOptional(),
  subject: z.string().nullable(),
  messageId: z.string().nullable(),
  date: z.string().nullable(),
  dateMs: z.number().nullable(),
  headers: headersSchema.exactOptional(),
  urls: z.array(z.string()),
});

const authenticationSchema = z.object({
  host: z.string(),
  run: z.number(),
  results: z.array(
    z.object({
      method: z.enum(authenticationMethods),
      result: z.string(),
      properties: z.record(z.string(), z.string()),
    }),
  ),
});

export const extractionSchema: z.ZodType<Extraction> = z.looseObject({
  extractorVersion: z.string(),
  subject: z.string().nullable(),
  from: z.string(),
  to: z.string(),
  fromAddresses: z.array(z.string()),
  toAddresses: z.array(z.string()),
  messageId: z.string().nullable(),
  dateMs: z.number().nullable(),
  urls: z.array(
    z.object({
      url: z.string(),
      kind: z.enum(urlKinds),
      original: z.string().exactOptional(),
      part: z.string().exactOptional(),
      wrappers: z.array(z.string()).exactOptional(),
      shown: z.string().exactOptional(),
      flags: z.array(z.enum(urlFlags)).exactOptional(),
    }),
  ),
  attachments: z.array(
    z.object({
      fileName: z.string().nullable(),
      contentType: z.string(),
      sizeBytes: z.number(),
      md5: z.string().exactOptional(),
      sha1: z.string().exactOptional(),
      sha256: z.string().exactOptional(),
      type: z.string().exactOptional(),
      part: z.string().exactOptional(),
      from: z.string().exactOptional(),
    }),
  ),
  indicators: z.array(indicatorSchema).exactOptional(),
  again: z.array(indicatorSchema).exactOptional(),
  originals: z.array(originalSchema).exactOptional(),
  authentication: z.array(authenticationSchema).exactOptional(),
  headers: headersSchema.exactOptional(),
  inBody: z
    .array(z.object({ expression: z.string(), value: z.string(), part: z.string().exactOptional() }))
    .exactOptional(),
  findings: z.array(findingSchema),
});
