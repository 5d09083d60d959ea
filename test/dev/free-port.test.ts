import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import { after, describe, it } from 'node:test';
import { freePort } from '../../src/dev/free-port.js';

describe('a free port', () => {
  const servers: Server[] = [];
  after(() => servers.map((server) => server.close()));

  const listen = (port: number): Promise<void> =>
    new Promise((done, failed) => {
      const server = createServer().once('error', failed);
      servers.push(server);
      server.listen(port, '127.0.0.1', done);
    });

  it('is another one for all who ask, though none of them has bound it yet', async () => {
    const ports = await Promise.all(Array.from({ length: 2000 }, () => freePort()));
    assert.equal(new Set(ports).size, ports.length);
  });

  it('is none that an outgoing connection takes while its server is away, and fits into 16 bits with a sign', async () => {
    const ports = await Promise.all(Array.from({ length: 50 }, () => freePort()));
    assert.ok(ports.every((port) => port < 2 ** 15));
    await Promise.all(ports.map(listen));
  });

  it('is the preferred one only where nobody listens there', async () => {
    const preferred = await freePort();
    assert.equal(await freePort(preferred), preferred);
    await listen(preferred);
    assert.notEqual(await freePort(preferred), preferred);
  });
});
