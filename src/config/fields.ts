import { z } from 'zod';

/** Building blocks of the configuration schema, so that the same thing is written the same way everywhere. */

/** Names users choose: they stand in workflow ids, search attributes and store keys. */
export const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be lower-case letters, digits, - and _, at most 63 characters');

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const durationRule = 'must be a number with a unit: ms, s, m, h or d (like 30s or 1m)';

/** `30s`, `1m`, `2h`: parsed to milliseconds. */
export const duration = z
  .string(durationRule)
  .regex(/^\d+(\.\d+)?(ms|s|m|h|d)$/, durationRule)
  .transform((text) => {
    const [, amount = '0', unit = 'ms'] = /^([\d.]+)([a-z]+)$/.exec(text) ?? [];
    return Number(amount) * (units[unit] ?? 1);
  });

/** Where a secret is. Its value is read by the worker and never stands in the configuration. */
export const secretRef = z.union(
  [z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })],
  'must be { env: NAME } or { file: /path }: a secret never stands in the configuration itself',
);
export type SecretRef = z.output<typeof secretRef>;

/** Every outside connection takes these two. */
export const tlsShape = {
  ca: z
    .string()
    .min(1)
    .optional()
    .describe("PEM file with the certificate authorities to trust instead of the system's."),
  verify: z.boolean().default(true).describe('`false`: do not verify the certificate. Gives up protection.'),
};

/** What every target and MISP take for their HTTP connection. */
export const httpShape = {
  ...tlsShape,
  rate: z.number().positive().optional().describe('At most so many requests a second.'),
  timeout: duration.prefault('30s').describe('For one request, from the first byte sent to the last received.'),
  concurrency: z.int().min(1).max(64).default(16).describe('Requests at the same time, from one worker.'),
};
