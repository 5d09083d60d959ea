import type { TelemetryOptions } from '@temporalio/worker';
import { request } from 'undici';
import type { Config } from '../config/schema.js';
import { freePort } from '../dev/free-port.js';

/** Where the SDK of a worker that is watched tells its metrics: nobody else needs to know the port. */
export async function sdkMetricsAddress({ monitoring }: Pick<Config, 'monitoring'>): Promise<string | undefined> {
  return monitoring === undefined ? undefined : `127.0.0.1:${await freePort()}`;
}

/**
 * Temporal's SDK tells its metrics on a port of its own. It is one of the loopback that nobody needs to know: the
 * worker tells them with its own ones (`temporal_…`).
 * @param address `127.0.0.1:port`
 */
export function sdkTelemetry(address: string): TelemetryOptions {
  return {
    metrics: {
      prometheus: {
        bindAddress: address,
        countersTotalSuffix: true,
        unitSuffix: true,
        useSecondsForDurations: true,
      },
    },
  };
}

const patienceMs = 5_000;

/** What the SDK tells now, as text; '' where it does not answer: our own metrics go out all the same. */
export async function readSdkMetrics(address: string): Promise<string> {
  try {
    const signal = AbortSignal.timeout(patienceMs);
    const { statusCode, body } = await request(`http://${address}/metrics`, { signal });
    const text = await body.text();
    return statusCode === 200 ? text : '';
  } catch {
    return '';
  }
}
