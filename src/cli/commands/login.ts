import type { Command } from 'commander';
import type { SecretRef } from '../../config/fields.js';
import type { LoadedConfig } from '../../config/load-config.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { ProxyChoice } from '../../http/proxy/address.js';
import { withProxyCredentials } from '../../http/proxy/credentials.js';
import type { OAuthConfig } from '../../mail/oauth/config.js';
import type { LoginStep } from '../../mail/oauth/login-step.js';
import { addCommand, type CommonOptions } from '../add-command.js';
import { requireMailbox } from '../known-name.js';
import { loadConfig } from '../load-config.js';
import { note, print, printJson } from '../output.js';
import { printableLine } from '../printable.js';
import { stopSignal } from '../stop-signals.js';

interface LoginOptions extends CommonOptions {
  readonly show?: boolean;
}

export function addLogin(program: Command): void {
  addCommand(program, {
    usage: 'login <mailbox>',
    summary:
      'Get a refresh token for a mailbox with OAuth: shows an address, at which its user logs in with a browser.',
    example: 'lurewatch login soc',
  })
    .option('--show', 'print the refresh token, for a place that only you can write to')
    .action(login);
}

async function login(mailbox: string, options: LoginOptions): Promise<void> {
  const loaded = await loadConfig(options.config);
  requireMailbox(loaded.config, mailbox);
  const { username, oauth } = oauthOf(loaded, mailbox);
  const { createProvider, isDelegated, logIn, oauthSetup, openProviderHttp, openTokenFile } = await modules();
  if (!isDelegated(oauth)) {
    throw cannot(
      mailbox,
      'nobody has to log in to it: the application or service account does, by its own right',
      'Try `lurewatch check`.',
    );
  }
  const { tokenFile, refreshToken } = oauth;
  if (tokenFile === undefined && options.show !== true) {
    const mend = `Add \`tokenFile\` to its \`oauth\`, or use --show and keep the token in ${placeOf(refreshToken)} yourself.`;
    throw cannot(
      mailbox,
      'the refresh token would be lost: the configuration names no place that may be written to',
      mend,
    );
  }
  const stop = stopSignal(() => note('Stopping: nothing is kept.'));
  const http = openProviderHttp(oauth, loaded.baseFolder, proxyOf(loaded, mailbox));
  try {
    const provider = createProvider(oauth, oauthSetup(mailbox, username, loaded.secret));
    const file = tokenFile === undefined ? undefined : openTokenFile(loaded.resolve(tokenFile), provider.where);
    const show = (step: LoginStep) => showStep(step, username, options.json === true);
    // A place that cannot be written to is told before anybody logs in.
    if (file !== undefined) await file.locked(async () => undefined, stop.signal);
    const token = await logIn(oauth, provider, http, username, show, stop.signal);
    if (file !== undefined) await file.locked(() => file.write(token), stop.signal);
    tell(
      { mailbox, tokenFile: file?.path, shown: options.show === true ? token : undefined },
      placeOf(refreshToken),
      options,
    );
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    process.exitCode = 1;
  } finally {
    stop.dispose();
    await http.close();
  }
}

/** Loaded late: no other command needs them. */
async function modules() {
  const [{ logIn }, { isDelegated }, { createProvider, openProviderHttp }, { oauthSetup }, { openTokenFile }] =
    await Promise.all([
      import('../../mail/oauth/log-in.js'),
      import('../../mail/oauth/config.js'),
      import('../../mail/oauth/open-oauth.js'),
      import('../../mail/oauth/setup.js'),
      import('../../mail/oauth/token-file.js'),
    ]);
  return { logIn, isDelegated, createProvider, openProviderHttp, oauthSetup, openTokenFile };
}

function proxyOf({ config, secret }: LoadedConfig, name: string): ProxyChoice | undefined {
  const mailbox = config.mailboxes[name];
  return mailbox?.kind === 'imap' ? withProxyCredentials(mailbox, secret, `mailboxes.${name}`).proxy : undefined;
}

function oauthOf({ config }: LoadedConfig, name: string): { readonly username: string; readonly oauth: OAuthConfig } {
  const mailbox = config.mailboxes[name];
  if (mailbox?.kind === 'imap' && mailbox.oauth !== undefined)
    return { username: mailbox.username, oauth: mailbox.oauth };
  throw cannot(name, 'nobody can log in to it like this: it has no `oauth`', 'docs/oauth.md says how to configure it.');
}

function showStep({ verificationUri, userCode, expiresAt }: LoginStep, username: string, json: boolean): void {
  if (json) printJson({ verificationUri, userCode, expiresAt: expiresAt.toISOString() });
  // What the provider sends is shown as it is, but for characters that would do something to the terminal.
  const address = printableLine(verificationUri);
  if (userCode !== undefined)
    note(`Open ${address} in a browser, enter ${printableLine(userCode)}, and log in as ${username}.`);
  else note(`Open this address in a browser of this machine, and log in as ${username}:\n${address}`);
  note(`Waiting until ${expiresAt.toISOString()} … (Ctrl-C ends it)`);
}

interface Done {
  readonly mailbox: string;
  readonly tokenFile: string | undefined;
  /** The token, where it is to be printed. */
  readonly shown: string | undefined;
}

function tell({ mailbox, tokenFile, shown }: Done, place: string, options: LoginOptions): void {
  if (options.json === true) printJson({ mailbox, tokenFile, refreshToken: shown });
  else if (shown !== undefined) print(shown);
  if (tokenFile === undefined) note(`Logged in. Keep the refresh token above in ${place}, and restart the worker.`);
  else
    note(`Logged in. The refresh token is kept in ${tokenFile}; workers take it from there. Try \`lurewatch check\`.`);
}

function placeOf(ref: SecretRef | undefined): string {
  if (ref === undefined) return 'the place that `oauth.refreshToken` names';
  return 'env' in ref ? `the environment variable ${ref.env}` : `the file ${ref.file}`;
}

function cannot(mailbox: string, what: string, mend: string): LurewatchError {
  return new LurewatchError('LW_USAGE', what, { where: `mailbox ${mailbox}`, mend });
}
