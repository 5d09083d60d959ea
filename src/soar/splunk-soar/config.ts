import { z } from 'zod';
import { httpShape, secretRef, sinkShape } from '../../config/fields.js';

/** Names of severities over there: help.splunk.com, "REST Severity". */
const severity = z.string().regex(/^[A-Za-z0-9_-]{1,20}$/, 'must be the name of a severity: letters, digits, - and _');

export const splunkSoarTargetSchema = z.strictObject({
  kind: z.literal('splunk-soar'),
  url: z.url({ protocol: /^https?$/ }).describe('Root of Splunk SOAR, like `https://soar.example.com`.'),
  token: secretRef.describe('`ph-auth-token` of an automation user that may create containers.'),
  label: z.string().min(1).default('events').describe('Label of the containers; it must exist over there.'),
  severity: z
    .strictObject({
      informative: severity.default('low'),
      low: severity.default('low'),
      medium: severity.default('medium'),
      high: severity.default('high'),
      critical: severity.default('high'),
    })
    .prefault({})
    .describe('Severity over there for each priority of an alert.'),
  tags: z.array(z.string().min(1).max(128)).default([]).describe('Tags of every container.'),
  maxArtifacts: z
    .int()
    .min(1)
    .default(500)
    .describe('Artifacts of one container; an alert with more is trimmed: docs/targets/trimming.md.'),
  maxBytes: z
    .int()
    .min(16_384)
    .default(8 * 1024 * 1024)
    .describe('Bytes of one request; an alert above is trimmed: docs/targets/trimming.md.'),
  insecure: z.boolean().default(false).describe('True: allow http:// in `url`. Token and alerts travel unencrypted.'),
  ...sinkShape,
  ...httpShape,
});
export type SplunkSoarTargetConfig = z.output<typeof splunkSoarTargetSchema>;
