import type { SecretRef } from '../../config/fields.js';
import { Secret } from '../../config/secret.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { ProxyChoice } from './address.js';

interface Proxied {
  readonly proxy?: ProxyChoice | undefined;
  readonly proxyAuth?: SecretRef | undefined;
}

/** The longest that SOCKS5 carries of either (RFC 1929 §2). */
const longestBytes = 255;

/**
 * The configuration of a connection with the credentials of its proxy read.
 * @param place where the configuration names the connection: `targets.cases`
 * @throws LW_SECRET_UNSET; LW_CONFIG_INVALID, without the secret in it, where it is not `user:password`
 */
export function withProxyCredentials<Entry extends Proxied>(
  entry: Entry,
  secrets: (ref: SecretRef, place: string) => Secret,
  place: string,
): Entry {
  const { proxy, proxyAuth } = entry;
  if (proxy === undefined || proxy.address === 'none') return entry;
  if (proxyAuth === undefined) return { ...entry, proxy: { ...proxy, where: place } };
  const where = `${place}.proxyAuth`;
  const text = secrets(proxyAuth, where).reveal().trim();
  const parts = partsOf(text);
  const fits = parts.every((part) => part !== '' && Buffer.byteLength(part) <= longestBytes);
  if (parts.length !== 2 || !fits || /[^\x20-\x7e]/.test(text)) {
    throw new LurewatchError('LW_CONFIG_INVALID', 'the secret is not `user:password`, of printable ASCII', {
      where,
      mend: 'Set it to the user name and the password that the proxy knows, with a colon between them.',
    });
  }
  return { ...entry, proxy: { ...proxy, where: place, credentials: new Secret(text) } };
}

/** A password may hold colons, a user name may not (RFC 7617 §2). */
export function userAndPassword(credentials: Secret): { readonly user: string; readonly password: string } {
  const [user = '', password = ''] = partsOf(credentials.reveal());
  return { user, password };
}

function partsOf(text: string): readonly string[] {
  const colon = text.indexOf(':');
  return colon < 0 ? [text] : [text.slice(0, colon), text.slice(colon + 1)];
}
