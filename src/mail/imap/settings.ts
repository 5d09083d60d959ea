import type { Secret } from '../../config/secret.js';
import type { ProxyChoice } from '../../http/proxy/address.js';
import type { OAuthLogin } from '../oauth/open-oauth.js';
import type { After } from './after-config.js';

/** How a mailbox is reached. */
export interface ImapSettings {
  /** How errors name the mailbox: `mailbox soc`. */
  readonly where: string;
  readonly host: string;
  readonly port: number;
  readonly tls: 'implicit' | 'starttls' | 'none';
  /** PEM file with the certificate authorities to trust instead of the system's. */
  readonly ca: string | undefined;
  readonly verify: boolean;
  readonly username: string;
  /** One of the two. */
  readonly password?: Secret | undefined;
  readonly oauth?: OAuthLogin | undefined;
  /** With its credentials. */
  readonly proxy?: ProxyChoice | undefined;
  readonly folders: readonly string[];
  readonly read: 'unread' | 'new';
  /** What becomes of delivered messages. Absent: what `read` needs, see `afterOf`. */
  readonly after?: After;
  /** True: it is listened to for new mail. */
  readonly pushed?: boolean;
  /** At most so many connections at the same time. */
  readonly connections: number;
  readonly timeouts: ImapTimeouts;
}

export interface ImapTimeouts {
  /** Until the transport stands (DNS, TCP, TLS). */
  readonly connectMs: number;
  /** From then until the server greets. */
  readonly greetingMs: number;
  /** Silence while an answer is due. */
  readonly silenceMs: number;
  /** After this a connection that nobody uses is logged out. */
  readonly idleMs: number;
}

export const imapTimeouts: ImapTimeouts = {
  connectMs: 20_000,
  greetingMs: 15_000,
  silenceMs: 120_000,
  idleMs: 10_000,
};
