import { Socket } from 'node:net';
import type { ImapFlow } from 'imapflow';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { isCertificateCode } from '../../http/failure.js';
import { userAndPassword } from '../../http/proxy/credentials.js';
import { badCertificate, refusal, refusedConnect } from '../../http/proxy/refusal.js';
import type { ImapSettings } from './settings.js';

/**
 * imapflow's option for the proxy of a mailbox, which holds its credentials.
 * @throws LW_CONFIG_INVALID for credentials that imapflow would not send as they are
 */
export function proxyOption({ proxy, where }: ImapSettings): { readonly proxy?: string } {
  if (proxy === undefined || proxy.address === 'none') return {};
  const url = new URL(proxy.address);
  if (proxy.credentials === undefined) return { proxy: url.href };
  const { user, password } = userAndPassword(proxy.credentials);
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(password);
  // It decodes them for HTTP proxies alone (its proxy-connection.js).
  if (url.protocol === 'socks5:' && (url.username !== user || url.password !== password)) {
    throw new LurewatchError(
      'LW_CONFIG_INVALID',
      'the credentials of a SOCKS5 proxy hold characters that IMAP cannot send',
      {
        where,
        mend: 'Use letters, digits and - _ . ! ~ * ( ) in both, or a proxy for HTTP (CONNECT).',
      },
    );
  }
  return { proxy: url.href };
}

/** What a connection failed of before it was one to the mail server; undefined: the proxy had no part in it. */
export function proxyError(error: unknown, settings: ImapSettings): LurewatchError | undefined {
  const { proxy, where, host, port } = settings;
  if (proxy === undefined || proxy.address === 'none') return undefined;
  const inner = proxysPart(error);
  if (inner === undefined) return undefined;
  const { address } = proxy;
  const to = `${host}:${port}`;
  if (isCertificateCode(inner.code ?? '')) return badCertificate(address, inner.code ?? '', where);
  const status = /Invalid response from proxy: (\d+)/.exec(inner.message)?.[1];
  const refused = status === undefined ? undefined : refusedConnect(address, Number(status), to, where);
  if (refused !== undefined) return refused;
  // Words of the `socks` package (its constants.js).
  if (/Authentication failed|no accepted authentication|NoAcceptable/i.test(inner.message)) {
    return refusal(address, 'does not take our credentials', 'credentials', where);
  }
  if (/NotAllowed|CommandNotSupported|AddressNotSupported/.test(inner.message)) {
    return refusal(address, `refuses to connect to ${to} (${inner.message})`, 'rule', where);
  }
  const what = `could not reach ${to} through the proxy ${address} (${inner.message})`;
  const mend = 'Check `proxy` and whether it reaches the mail server; a passing outage needs nothing.';
  return new LurewatchError('LW_MAIL_UNREACHABLE', what, { where, mend });
}

function proxysPart(error: unknown): NodeJS.ErrnoException | undefined {
  if (!(error instanceof Error)) return undefined;
  const inner: unknown = Reflect.get(error, '_err');
  if (inner instanceof Error) return inner;
  // One deadline is for the proxy and all that follows: whose time it was is not told.
  return Reflect.get(error, 'code') === 'CONNECT_TIMEOUT' ? error : undefined;
}

/**
 * imapflow, closed while a proxy still dials, goes on with the connection once it stands, and nobody would ever close it
 * (its imap-flow.js: `connect` does not look at `isClosed`).
 */
export function closeForGood(client: ImapFlow): void {
  client.close();
  Object.defineProperty(client, 'socket', {
    configurable: true,
    get: () => undefined,
    set: (late: unknown) => {
      if (!(late instanceof Socket)) return;
      late.destroy();
      // Ends its timers, which began anew.
      client.close();
      throw new Error('it was closed before the proxy had connected');
    },
  });
}
