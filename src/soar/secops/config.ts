import { z } from 'zod';
import { httpShape, secretRef, sinkShape } from '../../config/fields.js';

const rate = z
  .number()
  .positive()
  .default(15)
  .describe('At most so many requests a second; the platform takes 900 a minute from one address.');
const insecure = z.boolean().default(false).describe('True: allow http://. Key and alerts then travel unencrypted.');

export const secopsChronicleSchema = z.strictObject({
  kind: z.literal('secops'),
  api: z
    .literal('chronicle')
    .default('chronicle')
    .describe('`chronicle`: the current Chronicle API (A1). `siemplify`: the SOAR API until 31 March 2027 (A2).'),
  region: z.string().min(1).describe('Region of the instance, as in `{region}-chronicle.googleapis.com`.'),
  project: z.string().min(1).describe('Google Cloud project.'),
  location: z.string().min(1).optional().describe('Location; by default the region.'),
  instance: z.string().min(1).describe('Instance (customer) id.'),
  credentials: secretRef
    .optional()
    .describe('Service account key (JSON). Without it: application default credentials.'),
  url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Another root than `https://{region}-chronicle.googleapis.com` (a private endpoint).'),
  insecure,
  ...sinkShape,
  ...httpShape,
  rate,
});

export const secopsSiemplifySchema = z.strictObject({
  kind: z.literal('secops'),
  api: z.literal('siemplify'),
  url: z.url({ protocol: /^https?$/ }).describe('Root of the SOAR, like `https://example.siemplify-soar.com`.'),
  key: secretRef.describe('AppKey.'),
  insecure,
  ...sinkShape,
  ...httpShape,
  rate,
});

export const secopsTargetSchema = z.discriminatedUnion('api', [secopsChronicleSchema, secopsSiemplifySchema]);
export type SecopsTargetConfig = z.output<typeof secopsTargetSchema>;
export type SecopsChronicleConfig = z.output<typeof secopsChronicleSchema>;
export type SecopsSiemplifyConfig = z.output<typeof secopsSiemplifySchema>;
