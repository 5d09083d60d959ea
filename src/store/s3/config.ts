import { z } from 'zod';
import { duration, proxyShape, retentionSchema, secretRef, tlsShape } from '../../config/fields.js';

const encryptionSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none').describe('As the bucket has it: AWS encrypts with keys of its own.') }),
    z.strictObject({ kind: z.literal('aes256').describe('Asks for AES256 (SSE-S3) with each object.') }),
    z.strictObject({
      kind: z.literal('kms').describe('Asks for `aws:kms` (SSE-KMS) with each object.'),
      keyId: z.string().min(1).optional().describe('Id, ARN or alias of the key; by default that of the bucket.'),
    }),
  ])
  .default({ kind: 'none' })
  .describe('Encryption by the service.');

export const s3StoreSchema = z.strictObject({
  kind: z
    .literal('s3')
    .describe('A bucket of an S3 service (docs/s3.md). Workers on any number of hosts may share it.'),
  bucket: z.string().min(1).describe('Its name. Lurewatch does not create it.'),
  prefix: z
    .string()
    .regex(
      /^([A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*\/?)?$/,
      'must be letters, digits, ., _ and -, in parts joined by / of which none begins with a dot',
    )
    .default('')
    .describe('What the names of all objects begin with, as a folder: `lurewatch`.'),
  region: z
    .string()
    .min(1)
    .optional()
    .describe(
      "By default that of AWS_REGION or the profile; with `endpoint`, `us-east-1`, which most services don't mind.",
    ),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address of a service that is not Amazon’s, or of an endpoint of its own.'),
  insecure: z
    .boolean()
    .default(false)
    .describe('True: allow http:// in `endpoint`. Mails then travel unencrypted; credentials only sign.'),
  forcePathStyle: z
    .boolean()
    .optional()
    .describe('True: https://host/bucket instead of https://bucket.host. By default true where `endpoint` is given.'),
  credentials: z
    .strictObject({
      accessKeyId: secretRef.describe('Access key id.'),
      secretAccessKey: secretRef.describe('Secret access key.'),
      sessionToken: secretRef.optional().describe('Only with temporary credentials.'),
    })
    .optional()
    .describe('By default what the AWS SDK finds: AWS_* in the environment, a profile, the role of the host or pod.'),
  encryption: encryptionSchema,
  retention: retentionSchema(
    'What the lifecycle rule of the bucket says (docs/s3.md), so that `lurewatch find` can tell why a raw mail is not there. Lurewatch itself removes none in a bucket.',
  ),
  ...tlsShape,
  ...proxyShape,
  timeout: duration.prefault('30s').describe('For one request up to its answer, and for each pause within a body.'),
  concurrency: z.int().min(1).max(256).default(32).describe('Requests at the same time, from one worker.'),
});
export type S3StoreConfig = z.output<typeof s3StoreSchema>;
