import { z } from 'zod';
import { name, secretRef } from '../../config/fields.js';

export const historySchema = z.strictObject({
  encryption: z
    .strictObject({
      key: name
        .optional()
        .describe('Id of the key for what is written from now on. Without it nothing more is encrypted, only read.'),
      keys: z
        .record(name, secretRef)
        .describe(
          'Each key under an id of your choice, which stands readable beside what it encrypts: 32 bytes in base64 or hexadecimal digits (`openssl rand -base64 32`). Old keys stay here as long as a history needs them.',
        ),
    })
    .optional()
    .describe('Encrypts what stands in Temporal’s database, with AES-256-GCM (docs/encryption.md).'),
  compress: z
    .boolean()
    .optional()
    .describe(
      'True: compress it, where that makes it smaller. By default only what is encrypted: it cannot be read as it is anyway.',
    ),
});
export type HistoryConfig = z.output<typeof historySchema>;
