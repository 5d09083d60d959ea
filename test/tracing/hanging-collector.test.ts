import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { trace } from '@opentelemetry/api';
import { type LoadedConfig, loadConfig } from '../../src/config/load-config.js';
import { monitoringSchema } from '../../src/metrics/config.js';
import { startTracing } from '../../src/tracing/tracing.js';
import { inFolder } from '../support/folder.js';
import { whileListening } from '../support/listening.js';

function anyConfig(): Promise<LoadedConfig> {
  return inFolder(async (folder) => {
    const file = join(folder, 'lurewatch.yaml');
    await writeFile(file, '{}');
    return loadConfig(file, {});
  });
}

/** A collector that goes on with its answer for ever. */
function drip(response: ServerResponse): void {
  response.writeHead(200);
  const dripping = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(dripping));
}

describe('a collector that never has done answering', () => {
  it('keeps no worker from its end, and no connection open', async () => {
    const collector = createServer((request, response) => {
      request.resume();
      drip(response);
    });
    await whileListening(collector, async ({ port, connections }) => {
      const { traces } = monitoringSchema.parse({ traces: { endpoint: `http://127.0.0.1:${port}/v1/traces` } });
      assert.ok(traces);
      const tracing = startTracing(traces, await anyConfig(), 200);
      trace.getTracer('test').startSpan('sink.send').end();
      const begun = Date.now();
      await tracing.close();
      assert.ok(Date.now() - begun < 5_000);
      const [connection] = connections;
      assert.ok(connection, 'the span was sent');
      if (!connection.destroyed) await new Promise((resolve) => connection.once('close', resolve));
    });
  });
});

describe('the token of a collector', () => {
  it('goes over http:// on this machine alone, unless the configuration says so', () => {
    const taken = (endpoint: string, more: object = {}) =>
      monitoringSchema.safeParse({ traces: { endpoint, token: { env: 'TOKEN' }, ...more } }).success;
    for (const endpoint of [
      'https://otel.example/v1/traces',
      'http://127.0.0.1:4318/v1/traces',
      'http://[::1]:4318/',
    ]) {
      assert.equal(taken(endpoint), true, endpoint);
    }
    for (const endpoint of ['http://otel.example/v1/traces', 'HTTP://10.0.0.1:4318/', 'http://127.0.0.1.nip.io/']) {
      assert.equal(taken(endpoint), false, endpoint);
      assert.equal(taken(endpoint, { insecure: true }), true, endpoint);
      assert.equal(monitoringSchema.safeParse({ traces: { endpoint } }).success, true, endpoint);
    }
  });
});
