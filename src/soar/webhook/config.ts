import { z } from 'zod';
import { httpShape, secretRef, sinkShape } from '../../config/fields.js';

export const webhookTargetSchema = z.strictObject({
  kind: z.literal('webhook'),
  url: z.url({ protocol: /^https?$/ }).describe('Where the alerts are posted.'),
  secret: secretRef.describe('Signing secret: `whsec_` and base64 of 24 to 64 bytes (Standard Webhooks).'),
  insecure: z.boolean().default(false).describe('True: allow http:// in `url`. Alerts then travel unencrypted.'),
  ...sinkShape,
  ...httpShape,
});
export type WebhookTargetConfig = z.output<typeof webhookTargetSchema>;
