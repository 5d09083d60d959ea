import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { LoadedConfig } from '../config/load-config.js';
import { LurewatchError } from '../errors/lurewatch-error.js';
import type { TracesConfig } from '../metrics/config.js';
import { HarmlessSpans } from './harmless-spans.js';

/**
 * Sends spans to the configured collector. Nothing of Lurewatch waits for it; what it does not take is dropped.
 * @param ended aborted: connections end, whatever the collector still does with them
 */
export function createExporter(traces: TracesConfig, loaded: LoadedConfig, ended: AbortSignal): HarmlessSpans {
  const { endpoint, token, timeout, verify } = traces;
  const secret = token === undefined ? undefined : loaded.secret(token, 'monitoring.traces.token');
  // Options of each connection too (net.connect), as `signal` is.
  const connections = { keepAlive: true, signal: ended };
  return new HarmlessSpans(
    new OTLPTraceExporter({
      url: endpoint,
      headers: secret === undefined ? {} : { Authorization: `Bearer ${secret.reveal()}` },
      timeoutMillis: timeout,
      httpAgentOptions: endpoint.startsWith('https:')
        ? { ...connections, rejectUnauthorized: verify, ...authorities(traces, loaded.baseFolder) }
        : connections,
    }),
  );
}

function authorities({ ca }: TracesConfig, baseFolder: string): { readonly ca?: Buffer } {
  if (ca === undefined) return {};
  const file = resolve(baseFolder, ca);
  try {
    return { ca: readFileSync(file) };
  } catch (cause) {
    throw new LurewatchError('LW_CONFIG_INVALID', `${file} cannot be read`, { where: 'monitoring.traces.ca', cause });
  }
}
