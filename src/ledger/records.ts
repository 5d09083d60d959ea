import { z } from 'zod';
import type { AlertDocument } from '../alerts/types.js';
import type { Extraction } from '../indicators/types.js';
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
    owner: ownerSchema,
    atMs: z.number(),
  }),
]);
export type Outcome = Readonly<z.output<typeof outcomeSchema>>;

/** How far a `read: new` folder has been dealt with: everything up to `upTo`, except the UIDs named. */
export const progressSchema = z.object({
  version: z.literal(1),
  upTo: z.number(),
  except: z.array(z.string()),
  /** The day of the mailbox's `since` then: what came before it was not looked at. Absent: everything was. */
  since: z.string().optional(),
  atMs: z.number(),
});
export type Progress = Readonly<z.output<typeof progressSchema>>;

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
    events: z.array(z.record(z.string(), z.string())),
  }),
  mispEvent: mispEventSchema.nullable(),
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
  urls: z.array(z.object({ url: z.string(), kind: z.enum(['text', 'click', 'embed']) })),
  attachments: z.array(z.object({ fileName: z.string().nullable(), contentType: z.string(), sizeBytes: z.number() })),
  findings: z.array(findingSchema),
});
