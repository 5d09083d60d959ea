import { z } from 'zod';
import { sinkShape } from '../../config/fields.js';

export const fileTargetSchema = z.strictObject({
  kind: z.literal('file'),
  path: z.string().min(1).describe('Folder for the cases, one JSON document each, relative to the configuration file.'),
  ...sinkShape,
});
export type FileTargetConfig = z.output<typeof fileTargetSchema>;
