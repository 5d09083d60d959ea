import type { ImapFlow, ImapFlowOptions } from 'imapflow';
import type { Mechanism } from '../oauth/open-oauth.js';
import type { ImapSettings } from './settings.js';

/** What imapflow logs in with. `accessToken`: the one to use, where the mailbox has OAuth. */
export function authOf(settings: ImapSettings, accessToken: string | undefined): NonNullable<ImapFlowOptions['auth']> {
  const { username: user, password } = settings;
  return accessToken === undefined ? { user, pass: password?.reveal() ?? '' } : { user, accessToken };
}

const hidden: Readonly<Record<Mechanism, readonly string[]>> = {
  xoauth2: ['AUTH=OAUTHBEARER'],
  oauthbearer: ['AUTH=XOAUTH2', 'AUTH=XOAUTH'],
};

/**
 * Makes imapflow use this SASL mechanism. It takes OAUTHBEARER wherever the server offers both and has no option for it
 * (its commands/authenticate.js), so it is not told of the other one.
 */
export function forceMechanism(client: ImapFlow, mechanism: Mechanism): void {
  let known = client.capabilities;
  Object.defineProperty(client, 'capabilities', {
    configurable: true,
    enumerable: true,
    get: () => known,
    set: (told: ImapFlow['capabilities']) => {
      for (const name of hidden[mechanism]) told.delete(name);
      known = told;
    },
  });
}
