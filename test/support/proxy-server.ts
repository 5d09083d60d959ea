import { connect, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Handshake } from '../../src/http/proxy/handshake.js';
import { whileListening } from './listening.js';

export interface ProxyServerOptions {
  readonly kind: 'http' | 'socks5';
  /** `user:password` that it asks for; absent: it asks for none. */
  readonly wants?: string;
  /** What it answers instead of connecting: a status, or a reply of SOCKS5. */
  readonly answers?: number;
  /** It is asked over TLS (`https://`), and has this certificate. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export interface ProxyServer {
  /** As in the configuration. */
  readonly address: string;
  /** `host:port` of each connection that it was asked for with the right credentials. */
  readonly asked: readonly string[];
}

/** Runs `body` with a proxy that knows CONNECT or SOCKS5, and connects to wherever it is asked to. */
export async function withProxy(
  options: ProxyServerOptions,
  body: (proxy: ProxyServer) => Promise<void>,
): Promise<void> {
  const asked: string[] = [];
  const onward = new Set<Socket>();
  const take = (client: Socket) => {
    const serve = options.kind === 'http' ? serveHttp : serveSocks5;
    serve(client, options, asked, (host, port) => join(client, host, port, onward)).catch(() => client.destroy());
  };
  const server = options.tls === undefined ? createServer(take) : createTlsServer(options.tls, take);
  const scheme = options.tls === undefined ? options.kind : 'https';
  try {
    await whileListening(server, ({ port }) => body({ address: `${scheme}://127.0.0.1:${port}`, asked }));
  } finally {
    for (const socket of onward) socket.destroy();
  }
}

type Join = (host: string, port: number) => Promise<void>;

async function serveHttp(client: Socket, { wants, answers }: ProxyServerOptions, asked: string[], join: Join) {
  const head = await new Handshake(client).readHead(10_000);
  const [, host = '', port = ''] = /^CONNECT (.+):(\d+) HTTP\/1\.1\r\n/.exec(head) ?? [];
  const sent = /\r\nProxy-Authorization: Basic (\S+)/i.exec(head)?.[1] ?? '';
  if (wants !== undefined && Buffer.from(sent, 'base64').toString() !== wants) {
    client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n');
    return;
  }
  asked.push(`${host}:${port}`);
  if (answers !== undefined) {
    client.end(`HTTP/1.1 ${answers} No\r\n\r\n`);
    return;
  }
  await join(host, Number(port));
  client.write('HTTP/1.1 200 Connection established\r\n\r\n');
}

async function serveSocks5(client: Socket, { wants, answers = 0 }: ProxyServerOptions, asked: string[], join: Join) {
  const handshake = new Handshake(client);
  const [, count = 0] = await handshake.read(2);
  const methods = [...(await handshake.read(count))];
  const method = wants === undefined ? 0 : methods.includes(2) ? 2 : 0xff;
  client.write(Buffer.from([5, method]));
  if (method === 0xff) return void client.end();
  if (method === 2) {
    const counted = async () => (await handshake.read((await handshake.read(1))[0] ?? 0)).toString();
    await handshake.read(1);
    const sent = `${await counted()}:${await counted()}`;
    client.write(Buffer.from([1, sent === wants ? 0 : 1]));
    if (sent !== wants) return void client.end();
  }
  const type = (await handshake.read(4))[3];
  const host =
    type === 1
      ? [...(await handshake.read(4))].join('.')
      : (await handshake.read((await handshake.read(1))[0] ?? 0)).toString();
  const port = (await handshake.read(2)).readUInt16BE();
  asked.push(`${host}:${port}`);
  if (answers === 0) await join(host, port);
  client.write(Buffer.from([5, answers, 0, 1, 127, 0, 0, 1, 0, 0]));
}

/** A name that only the proxy knows: `mail.test`. */
async function join(client: Socket, host: string, port: number, onward: Set<Socket>): Promise<void> {
  const socket = connect(port, host === 'mail.test' ? '127.0.0.1' : host);
  onward.add(socket);
  const end = () => {
    client.destroy();
    socket.destroy();
  };
  client.on('error', end).on('close', end);
  socket.on('error', end).on('close', end);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  client.pipe(socket).pipe(client);
}
