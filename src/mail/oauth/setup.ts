import type { SecretRef } from '../../config/fields.js';
import type { Secret } from '../../config/secret.js';

/** What a provider is made from beside its configuration. */
export interface ProviderSetup {
  /** `mailbox soc` */
  readonly where: string;
  /** `mailboxes.soc.oauth` */
  readonly place: string;
  /** What gets a new refresh token, to be told to people. */
  readonly loginCommand: string;
  /** User name of the mailbox. */
  readonly username: string;
  /** Reads a secret; `key` is where it stands below `place`. */
  readonly secret: (ref: SecretRef, key: string) => Secret;
}

/** @param mailbox its name in the configuration */
export function oauthSetup(
  mailbox: string,
  username: string,
  secrets: (ref: SecretRef, place: string) => Secret,
): ProviderSetup {
  const place = `mailboxes.${mailbox}.oauth`;
  return {
    where: `mailbox ${mailbox}`,
    place,
    loginCommand: `lurewatch login ${mailbox}`,
    username,
    secret: (ref, key) => secrets(ref, `${place}.${key}`),
  };
}
