import { connect } from 'node:net';

/**
 * Resolves once something accepts a TCP connection there. gRPC clients retry a refused connection until their deadline;
 * this says at once that nothing listens.
 *
 * @param address `host:port`, `host`, or `[::1]:port`
 * @throws the socket's own error (ECONNREFUSED, ENOTFOUND …), or ETIMEDOUT
 */
export async function reach(address: string, timeoutMs: number): Promise<void> {
  const { host, port } = splitAddress(address);
  await new Promise<void>((done, fail) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    socket.once('connect', () => done());
    socket.once('timeout', () => fail(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
    socket.once('error', fail);
    socket.once('close', () => fail(new Error('closed')));
    socket.once('connect', () => socket.destroy());
    socket.once('timeout', () => socket.destroy());
  });
}

export function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]*))(?::(\d+))?$/.exec(address) ?? [];
  return { host: bracketed ?? plain ?? address, port: port === undefined ? 7233 : Number(port) };
}
