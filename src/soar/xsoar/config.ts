import { z } from 'zod';
import { httpShape, originalShape, secretRef, sinkShape } from '../../config/fields.js';

const fieldName = z
  .string()
  .regex(/^[a-z][a-z0-9]*$/, 'must be the machine name of an incident field: lower-case letters and digits');

export const xsoarTargetSchema = z
  .strictObject({
    kind: z.literal('xsoar'),
    url: z
      .url({ protocol: /^https?$/ })
      .describe('XSOAR 8: `https://api-{fqdn}`, as shown with the key. XSOAR 6: the server.'),
    key: secretRef.describe('API key.'),
    keyId: z
      .union([z.int().min(1).transform(String), z.string().regex(/^[\x21-\x7e]+$/, 'must be the id of the API key')])
      .optional()
      .describe('XSOAR 8: the id of the API key. Without it the target is an XSOAR 6.'),
    keyType: z
      .enum(['standard', 'advanced'])
      .default('standard')
      .describe('XSOAR 8: the security level of the API key; with `advanced` the key itself does not travel.'),
    incidentType: z.string().min(1).optional().describe('Type of the incidents; by default XSOAR decides.'),
    idField: fieldName
      .default('lurewatchalertid')
      .describe(
        'Machine name of the incident field that takes the alert id: made by you, searchable (docs/targets/xsoar.md).',
      ),
    groupingField: fieldName
      .optional()
      .describe(
        'Machine name of an incident field that takes the grouping key of a campaign, for a pre-process rule that links incidents by it (docs/campaigns.md).',
      ),
    createInvestigation: z
      .boolean()
      .default(true)
      .describe('True: XSOAR begins the investigation, and with it the playbook of the incident type.'),
    ...originalShape,
    insecure: z.boolean().default(false).describe('True: allow http:// in `url`. Key and alerts travel unencrypted.'),
    ...sinkShape,
    ...httpShape,
  })
  .refine(({ keyId, keyType }) => keyId !== undefined || keyType === 'standard', {
    path: ['keyType'],
    message: 'is `advanced`, which only XSOAR 8 has: it needs `keyId`',
  })
  .refine(({ idField, groupingField }) => idField !== groupingField, {
    path: ['groupingField'],
    message: 'is the field of the alert id: a campaign has many alerts',
  });
export type XsoarTargetConfig = z.output<typeof xsoarTargetSchema>;
