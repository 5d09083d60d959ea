import type { Certificate } from './certificate.js';

/** Access tokens of a provider that is asked about each of them (RFC 7662). */
export interface DovecotOAuth {
  /** With the credentials of a client of the provider: `http://client:secret@127.0.0.1:4000/introspect`. */
  readonly introspectionUrl: string;
  /** The field of its answer that holds the user name. A token without it makes Dovecot answer UNAVAILABLE. */
  readonly usernameAttribute: string;
  readonly mechanisms: readonly ('xoauth2' | 'oauthbearer')[];
}

export interface DovecotSettings {
  /** As `dovecot --version` prints it; 2.3 and 2.4 are written differently. */
  readonly version: string;
  /** Sockets and logs. Short, since socket paths must stay under about 100 characters. */
  readonly runFolder: string;
  /** Holds a folder for each user. */
  readonly mailFolder: string;
  readonly usersFile: string;
  readonly imapPort: number;
  readonly imapsPort: number;
  /** Undefined: a server that offers no TLS at all. */
  readonly certificate: Certificate | undefined;
  readonly maxConnections: number;
  /** What a FETCH does that meets a message whose file cannot be read. */
  readonly fetchFailure: 'disconnect-immediately' | 'no-after';
  /** What it announces after log-in; undefined: all that it can. */
  readonly capability: string | undefined;
  /** Where access tokens are verified, beside passwords. */
  readonly oauth?: DovecotOAuth | undefined;
  /** Whom the mailboxes belong to. */
  readonly mailUser: { readonly uid: number; readonly gid: number };
  /** Set where Dovecot does not run as root: every part of it then runs as this user. */
  readonly unprivileged: { readonly user: string; readonly group: string } | undefined;
}

/** A whole dovecot.conf: IMAP on loopback, passwords from a file, Maildir++ with `/` between folder names, ACLs. */
export function dovecotConfig(settings: DovecotSettings): string {
  const dialect = isVersion24(settings.version) ? version24(settings) : version23(settings);
  return `${[...dialect, ...common(settings)].join('\n')}\n`;
}

/** Dovecot 2.3 keeps how tokens are verified in a file of its own. */
export function oauthFile({ runFolder }: Pick<DovecotSettings, 'runFolder'>): string {
  return `${runFolder}/oauth2.conf.ext`;
}

export function oauthLines(oauth: DovecotOAuth): readonly string[] {
  return [
    'introspection_mode = post',
    `introspection_url = ${oauth.introspectionUrl}`,
    `username_attribute = ${oauth.usernameAttribute}`,
    'active_attribute = active',
    'active_value = true',
  ];
}

export function isVersion24(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 2 || (major === 2 && minor >= 4);
}

function common(settings: DovecotSettings): string[] {
  const { unprivileged } = settings;
  const tls = settings.certificate !== undefined;
  return [
    'protocols = imap',
    'listen = 127.0.0.1',
    `base_dir = ${settings.runFolder}/run`,
    `state_dir = ${settings.runFolder}/state`,
    `log_path = ${settings.runFolder}/dovecot.log`,
    `ssl = ${tls ? 'yes' : 'no'}`,
    `auth_mechanisms = ${['plain', 'login', ...(settings.oauth?.mechanisms ?? [])].join(' ')}`,
    'auth_failure_delay = 0s',
    // No growing pauses after wrong passwords: every client here comes from the same address.
    'service anvil {\n  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}',
    `mail_uid = ${settings.mailUser.uid}`,
    `mail_gid = ${settings.mailUser.gid}`,
    'first_valid_uid = 1',
    'first_valid_gid = 1',
    // Maildir files are written behind Dovecot's back too: look again each time instead of trusting a timestamp.
    'maildir_stat_dirs = yes',
    'mail_fsync = never',
    `imap_fetch_failure = ${settings.fetchFailure}`,
    ...(settings.capability === undefined ? [] : [`imap_capability = ${settings.capability}`]),
    `mail_max_userip_connections = ${settings.maxConnections}`,
    ...(unprivileged === undefined
      ? []
      : [
          `default_internal_user = ${unprivileged.user}`,
          `default_internal_group = ${unprivileged.group}`,
          `default_login_user = ${unprivileged.user}`,
          'service anvil {\n  chroot =\n}',
        ]),
    'service imap-login {',
    ...(unprivileged === undefined ? [] : ['  chroot =']),
    '  inet_listener imap {',
    `    port = ${settings.imapPort}`,
    '  }',
    '  inet_listener imaps {',
    `    port = ${tls ? settings.imapsPort : 0}`,
    '    ssl = yes',
    '  }',
    '}',
    'namespace inbox {',
    '  inbox = yes',
    '  separator = /',
    '}',
  ];
}

function version23(settings: DovecotSettings): string[] {
  const { certificate } = settings;
  return [
    'disable_plaintext_auth = no',
    'mail_location = maildir:~/Maildir:UTF-8',
    'passdb {',
    '  driver = passwd-file',
    `  args = ${settings.usersFile}`,
    '}',
    ...(settings.oauth === undefined
      ? []
      : [
          'passdb {',
          '  driver = oauth2',
          '  mechanisms = xoauth2 oauthbearer',
          `  args = ${oauthFile(settings)}`,
          '}',
        ]),
    'userdb {',
    '  driver = static',
    `  args = home=${settings.mailFolder}/%u`,
    '}',
    'mail_plugins = acl',
    'plugin {\n  acl = vfile\n}',
    ...(certificate === undefined ? [] : [`ssl_cert = <${certificate.certFile}`, `ssl_key = <${certificate.keyFile}`]),
  ];
}

function version24(settings: DovecotSettings): string[] {
  const { certificate } = settings;
  return [
    'dovecot_config_version = 2.4.0',
    'dovecot_storage_version = 2.4.0',
    'auth_allow_cleartext = yes',
    'mail_driver = maildir',
    'mail_path = ~/Maildir',
    'mailbox_list_utf8 = yes',
    'passdb passwd-file {',
    `  passwd_file_path = ${settings.usersFile}`,
    '}',
    ...(settings.oauth === undefined
      ? []
      : ['oauth2 {', ...oauthLines(settings.oauth).map((line) => `  oauth2_${line}`), '}']),
    'userdb static {',
    '  fields {',
    `    home = ${settings.mailFolder}/%{user}`,
    '  }',
    '}',
    'mail_plugins {\n  acl = yes\n}',
    'acl_driver = vfile',
    ...(certificate === undefined
      ? []
      : [`ssl_server_cert_file = ${certificate.certFile}`, `ssl_server_key_file = ${certificate.keyFile}`]),
  ];
}
