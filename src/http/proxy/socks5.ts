import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { ProxyChoice } from './address.js';
import { userAndPassword } from './credentials.js';
import type { Handshake } from './handshake.js';
import { refusal } from './refusal.js';

const version = 5;
const noLogin = 0;
const passwordLogin = 2;
const connect = 1;
/** In bytes: what follows would be taken for the port, and for what is sent to the host. */
const longestName = 255;

/** RFC 1928 §6: what keeps the proxy from it, and whether that may pass. */
const replies: ReadonlyMap<number, { readonly text: string; readonly lasts?: true }> = new Map([
  [1, { text: 'general failure' }],
  [2, { text: 'not allowed by its rules', lasts: true }],
  [3, { text: 'network unreachable' }],
  [4, { text: 'host unreachable' }],
  [5, { text: 'connection refused' }],
  [6, { text: 'TTL expired' }],
  [7, { text: 'command not supported', lasts: true }],
  [8, { text: 'address type not supported', lasts: true }],
]);

/**
 * Asks a SOCKS5 proxy for a connection (RFC 1928), with user name and password where there are any (RFC 1929). The proxy
 * looks the name up.
 */
export async function socks5(
  handshake: Handshake,
  { address, credentials, where }: ProxyChoice,
  host: string,
  port: number,
): Promise<void> {
  if (Buffer.byteLength(host) > longestName) {
    throw refusal(address, `cannot be asked for ${host.slice(0, 50)}…: the name is too long`, 'rule', where);
  }
  const methods = credentials === undefined ? [noLogin] : [noLogin, passwordLogin];
  handshake.write(Buffer.from([version, methods.length, ...methods]));
  const [spoken, method] = await handshake.read(2);
  if (spoken !== version) throw new Error('it speaks no SOCKS5');
  if (method === passwordLogin && credentials !== undefined) {
    const { user, password } = userAndPassword(credentials);
    handshake.write(Buffer.concat([Buffer.from([1]), counted(user), counted(password)]));
    const [, status] = await handshake.read(2);
    if (status !== 0) throw refusal(address, 'does not take our credentials', 'credentials', where);
  } else if (method !== noLogin) {
    throw refusal(address, 'wants a log-in that we have no credentials for', 'credentials', where);
  }
  handshake.write(Buffer.concat([Buffer.from([version, connect, 0]), destination(host), portBytes(port)]));
  const [, reply = 1, , type] = await handshake.read(4);
  if (reply !== 0) throw refused(address, reply, `${host}:${port}`, where);
  // The address that it connects from is of no use, and has to be read all the same.
  const length = type === 1 ? 4 : type === 4 ? 16 : ((await handshake.read(1))[0] ?? 0);
  await handshake.read(length + 2);
}

function refused(address: string, reply: number, to: string, where: string | undefined): Error {
  const { text, lasts } = replies.get(reply) ?? { text: `reply ${reply}` };
  if (lasts === true) return refusal(address, `refuses to connect to ${to}: ${text}`, 'rule', where);
  return new Error(`it cannot connect to ${to}: ${text}`);
}

function destination(host: string): Buffer {
  if (isIPv4(host)) return Buffer.from([1, ...ipaddr.parse(host).toByteArray()]);
  if (isIPv6(host)) return Buffer.from([4, ...ipaddr.parse(host).toByteArray()]);
  return Buffer.concat([Buffer.from([3]), counted(host)]);
}

function counted(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function portBytes(port: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(port);
  return bytes;
}
