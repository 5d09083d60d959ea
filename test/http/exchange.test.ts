import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import { test } from 'node:test';
import { Agent } from 'undici';
import { exchange } from '../../src/http/exchange.js';
import { failure } from '../support/http-client.js';
import { whileListening } from '../support/listening.js';

test('a request that is given up while it waits for a connection is never sent', async () => {
  const paths: (string | undefined)[] = [];
  let answerSlow: (response: ServerResponse) => void = () => undefined;
  const slowArrived = new Promise<ServerResponse>((resolve) => {
    answerSlow = resolve;
  });
  const server = createServer((request, response) => {
    paths.push(request.url);
    if (request.url === '/slow') answerSlow(response);
    else response.end();
  });
  await whileListening(server, async ({ port }) => {
    const agent = new Agent({ connections: 1, pipelining: 1 });
    const send = (path: string, totalTimeoutMs: number, signal?: AbortSignal) =>
      exchange(
        agent,
        { origin: `http://127.0.0.1:${port}`, path, method: 'POST', body: '{}' },
        { totalTimeoutMs, maxResponseBytes: 1000, unfinished: 'fail' },
        signal,
      );
    try {
      const slow = send('/slow', 60_000);
      const response = await slowArrived;
      const caller = new AbortController();
      const cancelled = send('/cancelled', 60_000, caller.signal).catch((error) => error);
      const waiting = failure(send('/waiting', 50));
      const reason = new Error('cancelled');
      caller.abort(reason);
      assert.equal(await cancelled, reason);
      assert.equal((await waiting).sent, 'no');
      response.end();
      assert.equal((await slow).status, 200);
      await send('/after', 60_000);
      assert.deepEqual(paths, ['/slow', '/after']);
    } finally {
      await agent.destroy();
    }
  });
});
