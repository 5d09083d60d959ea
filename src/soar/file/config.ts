import { z } from 'zod';

export const fileTargetSchema = z.strictObject({
  kind: z.literal('file'),
  path: z.string().min(1).describe('Folder for the cases, one JSON document each, relative to the configuration file.'),
});
export type FileTargetConfig = z.output<typeof fileTargetSchema>;
