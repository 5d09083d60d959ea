import { buildConnector } from 'undici';
import type { ProxyChoice } from './address.js';
import { openTunnel } from './tunnel.js';

type Connector = buildConnector.connector;

/**
 * How undici's agents connect: through the proxy, if there is one, and from there as they always do. TLS runs within the
 * tunnel, so the proxy sees no more than host and port.
 */
export function connectorThrough(
  proxy: ProxyChoice | undefined,
  options: buildConnector.BuildOptions & { readonly timeout: number },
): Connector | buildConnector.BuildOptions {
  if (proxy === undefined || proxy.address === 'none') return options;
  const connect = buildConnector(options);
  return (to, callback) => {
    const host = to.hostname.replace(/^\[|\]$/g, '');
    const port = Number(to.port) || (to.protocol === 'https:' ? 443 : 80);
    openTunnel(proxy, host, port, options.timeout).then(
      (socket) => {
        if (socket.readableLength > 0) {
          // No host with HTTP or TLS does so; undici would fail no request by it, and connect again and again.
          socket.on('error', () => {}).destroy();
          callback(new Error(`through the proxy ${proxy.address}: something came unasked once it had connected`), null);
        } else if (to.protocol === 'https:') connect({ ...to, httpSocket: socket }, callback);
        else callback(null, socket);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}
