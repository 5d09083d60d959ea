import { type AuthenticationResult, authenticationMethods } from '../mail/authentication-results.js';
import type { AlertEvent } from './types.js';

/** `auth_spf`, `auth_dkim`, …: what the own host reported of each method; where it checked several signatures, of each. */
export function authenticationFields(results: readonly AuthenticationResult[]): AlertEvent {
  return Object.fromEntries(
    authenticationMethods.flatMap((method) => {
      const found = results.filter((result) => result.method === method).map(({ result }) => result);
      return found.length === 0 ? [] : [[`auth_${method}`, [...new Set(found)].join(',')]];
    }),
  );
}
