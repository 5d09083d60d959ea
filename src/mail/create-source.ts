import { resolve } from 'node:path';
import type { SecretRef } from '../config/fields.js';
import type { ImapMailboxConfig, MailboxConfig } from '../config/schema.js';
import type { Secret } from '../config/secret.js';
import type { ProxyChoice } from '../http/proxy/address.js';
import { withProxyCredentials } from '../http/proxy/credentials.js';
import { DirectorySource } from './directory/directory-source.js';
import { afterOf } from './imap/after-config.js';
import { ImapSource } from './imap/imap-source.js';
import { type ImapSettings, imapTimeouts } from './imap/settings.js';
import { openOAuth } from './oauth/open-oauth.js';
import { oauthSetup } from './oauth/setup.js';
import type { MailSource } from './source.js';

/**
 * The source of a configured mailbox. Connects to nothing yet.
 * @param secrets reads a secret; `place` is where the configuration names it
 * @param baseFolder what relative paths of the configuration start from
 */
export function createSource(
  name: string,
  config: MailboxConfig,
  secrets: (ref: SecretRef, place: string) => Secret,
  baseFolder: string,
): MailSource {
  const where = `mailbox ${name}`;
  if (config.kind === 'directory') return new DirectorySource({ where, path: resolve(baseFolder, config.path) });
  const { proxy } = withProxyCredentials(config, secrets, `mailboxes.${name}`);
  return new ImapSource({
    where,
    host: config.host,
    port: config.port ?? defaultPort(config),
    tls: config.tls,
    ca: config.ca === undefined ? undefined : resolve(baseFolder, config.ca),
    verify: config.verify,
    username: config.username,
    ...loginOf(name, config, secrets, baseFolder, proxy),
    proxy,
    folders: config.folders,
    read: config.read,
    after: afterOf(config),
    pushed: config.push === 'idle',
    connections: config.connections,
    timeouts: imapTimeouts,
  });
}

function loginOf(
  name: string,
  { username, password, oauth }: ImapMailboxConfig,
  secrets: (ref: SecretRef, place: string) => Secret,
  baseFolder: string,
  proxy: ProxyChoice | undefined,
): Pick<ImapSettings, 'password' | 'oauth'> {
  if (oauth === undefined)
    return password === undefined ? {} : { password: secrets(password, `mailboxes.${name}.password`) };
  return { oauth: openOAuth(oauth, oauthSetup(name, username, secrets), baseFolder, proxy) };
}

/** RFC 8314 §7.2: 993 speaks TLS from the first byte, 143 plain text and STARTTLS. */
function defaultPort(config: ImapMailboxConfig): number {
  return config.tls === 'implicit' ? 993 : 143;
}
