import { connect, isIP, isIPv6, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { isCertificateCode } from '../failure.js';
import type { ProxyChoice } from './address.js';
import { userAndPassword } from './credentials.js';
import { Handshake } from './handshake.js';
import { badCertificate, refusedConnect } from './refusal.js';
import { socks5 } from './socks5.js';

const mostHeadBytes = 64 * 1024;
const ports: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443, 'socks5:': 1080 };

/**
 * Opens a connection through a proxy. The name is looked up by the proxy.
 *
 * @throws LW_PROXY_REFUSES; any other error where the proxy, or what lies behind it, cannot be reached now
 */
export async function openTunnel(proxy: ProxyChoice, host: string, port: number, timeoutMs: number): Promise<Socket> {
  const url = new URL(proxy.address);
  const socket = dial(url);
  const timer = setTimeout(() => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    await connected(socket, url.protocol === 'https:' ? 'secureConnect' : 'connect');
    const handshake = new Handshake(socket);
    if (url.protocol === 'socks5:') await socks5(handshake, proxy, host, port);
    else await httpConnect(handshake, proxy, host, port);
    return socket;
  } catch (error) {
    socket.on('error', () => {}).destroy();
    throw error instanceof LurewatchError ? error : unreachable(proxy, error);
  } finally {
    clearTimeout(timer);
  }
}

function dial(url: URL): Socket {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (ports[url.protocol] ?? 0);
  if (url.protocol !== 'https:') return connect({ host, port });
  // With the authorities of the system: those of the target say nothing of the proxy.
  return connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}), minVersion: 'TLSv1.2' });
}

function connected(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    const closed = () => reject(new Error('it closed the connection'));
    socket.once('error', reject).once('close', closed);
    socket.once(event, () => {
      socket.off('error', reject).off('close', closed);
      resolve();
    });
  });
}

/** RFC 9110 §9.3.6. */
async function httpConnect(handshake: Handshake, proxy: ProxyChoice, host: string, port: number): Promise<void> {
  const to = isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
  handshake.write(`CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\n${authorization(proxy)}\r\n`);
  const head = await handshake.readHead(mostHeadBytes);
  const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(head)?.[1] ?? 0);
  if (status >= 200 && status <= 299) return;
  throw (
    refusedConnect(proxy.address, status, to, proxy.where) ?? new Error(`it answered ${status || 'no HTTP'} for ${to}`)
  );
}

function authorization({ credentials }: ProxyChoice): string {
  if (credentials === undefined) return '';
  const { user, password } = userAndPassword(credentials);
  return `Proxy-Authorization: Basic ${Buffer.from(`${user}:${password}`).toString('base64')}\r\n`;
}

function unreachable({ address, where }: ProxyChoice, cause: unknown): Error {
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (isCertificateCode(code)) return badCertificate(address, code, where);
  return new Error(`through the proxy ${address}: ${reason.includes(code) ? reason : `${code}: ${reason}`}`);
}
