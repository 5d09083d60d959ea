import { z } from 'zod';
import { duration, secretRef, tlsShape } from '../config/fields.js';

const hostAndPort = /^(?:\[[0-9a-fA-F:.]+\]|[^:\s[\]]+):\d{1,5}$/;

const tracesFields = z.strictObject({
  endpoint: z
    .url({ protocol: /^https?$/ })
    .describe('Where spans go, as OTLP over HTTP with JSON: `http://collector.example.com:4318/v1/traces`.'),
  ratio: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('The share of runs that are traced, each whole or not at all: 0.1 is one of ten.'),
  service: z.string().min(1).default('lurewatch').describe('`service.name` of the spans.'),
  token: secretRef.optional().describe('Sent as `Authorization: Bearer …`: `{ env: NAME }` or `{ file: /path }`.'),
  ...tlsShape,
  insecure: z.boolean().default(false).describe('True: send `token` over http:// beyond this machine.'),
  timeout: duration.prefault('10s').describe('For one request. What does not arrive is dropped.'),
});

const tracesSchema = tracesFields.refine(showsNoToken, {
  path: ['endpoint'],
  error: 'would show `token` to the network: use https://, or set `insecure: true`',
});

function showsNoToken({ endpoint, token, insecure }: z.output<typeof tracesFields>): boolean {
  if (token === undefined || insecure) return true;
  return /^https:/i.test(endpoint) || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(endpoint).hostname);
}

export const monitoringSchema = z.strictObject({
  listen: z
    .string()
    .regex(hostAndPort, 'must be host:port, like 127.0.0.1:9464')
    .refine((text) => Number(text.slice(text.lastIndexOf(':') + 1)) <= 65535, 'has a port above 65535')
    .default('127.0.0.1:9464')
    .describe(
      'Where the worker answers `/metrics`, `/healthz` and `/readyz`, to whoever asks. `lurewatch worker --listen` goes before it: each worker of a host needs its own.',
    ),
  traces: tracesSchema.optional().describe('OpenTelemetry traces, from each run to its requests. Without it: none.'),
});

export type MonitoringConfig = z.output<typeof monitoringSchema>;
export type TracesConfig = z.output<typeof tracesSchema>;

/** `[::1]:9464` as the two that a server listens to. */
export function listenAddress(listen: string): { readonly host: string; readonly port: number } {
  const colon = listen.lastIndexOf(':');
  return { host: listen.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(listen.slice(colon + 1)) };
}
