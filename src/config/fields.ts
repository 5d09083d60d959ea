import { z } from 'zod';
import { expressionMistake } from '../expressions/expression.js';
import { proxyAddress } from '../http/proxy/address.js';

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

/** As SOARs number it: -1 informative, 40 low, 60 medium, 80 high, 100 critical. */
export const alertPriority = z.union([z.literal(-1), z.literal(40), z.literal(60), z.literal(80), z.literal(100)]);

/** A regular expression. `(?i)` before it ignores case. */
export const expression = z
  .string()
  .min(1)
  .superRefine((source, context) => {
    const mistake = expressionMistake(source);
    if (mistake !== undefined) context.addIssue(`must be a regular expression in RE2 syntax: ${mistake}`);
  });

/** Of a store. */
export const retentionSchema = (evidence: string) =>
  z
    .strictObject({
      evidence: duration
        .refine((ms) => ms >= 24 * 60 * 60 * 1000, 'must be at least 1d')
        .optional()
        .describe(evidence),
    })
    .prefault({})
    .describe('How long what is not the ledger is kept.');

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

/** What every target and MISP take. */
export const sinkShape = {
  alertsPerSecond: z
    .number()
    .positive()
    .optional()
    .describe('At most so many alerts (MISP: events) a second, from all workers together: docs/queues.md.'),
};

/** Every outside connection but that to Temporal takes these two, beside the `proxy` of the top level. */
export const proxyShape = {
  proxy: proxyAddress
    .optional()
    .describe(
      'Proxy that the connection is made through: `http://`, `https://` (CONNECT) or `socks5://`, with host and port; `none`: without that of the top level. docs/proxies.md.',
    ),
  proxyAuth: secretRef.optional().describe('What the proxy asks for: a secret `user:password`.'),
};

/** The top level: the default for all of them. */
export const proxyDefaults = {
  proxy: proxyAddress
    .optional()
    .describe('Proxy of every outside connection that names none itself; Temporal goes without. docs/proxies.md.'),
  proxyAuth: secretRef.optional().describe('What that proxy asks for: a secret `user:password`.'),
  noProxy: z
    .array(
      z
        .string()
        .regex(/^\.?[A-Za-z0-9_:[\].-]+$/, 'must be a host name, an IP address, or a domain with a dot before it'),
    )
    .default([])
    .describe('Hosts that this proxy is not for: `misp.example.com`, `10.0.0.7`, or `.example.com` for all within it.'),
};

/** Of a target that the mail itself may go to beside its alert. */
export const originalShape = {
  maxOriginalBytes: z
    .int()
    .min(1)
    .max(50_000_000)
    .default(10_000_000)
    .describe('Bytes of a mail that goes along (`attachOriginal`); the alert of a larger one goes without it.'),
};

/** What every target and MISP take for their HTTP connection. */
export const httpShape = {
  ...tlsShape,
  ...proxyShape,
  rate: z.number().positive().optional().describe('At most so many requests a second, from one worker.'),
  timeout: duration.prefault('30s').describe('For one request, from the first byte sent to the last received.'),
  concurrency: z.int().min(1).max(64).default(16).describe('Requests at the same time, from one worker.'),
};
