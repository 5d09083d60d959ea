import type { Refusal } from './types.js';

interface Advice {
  readonly codes: readonly number[];
  /** `{login}`: the command that gets a new refresh token. */
  readonly mend: string;
}

/**
 * What an administrator does about the codes of Microsoft Entra that a mailbox meets
 * (https://learn.microsoft.com/entra/identity-platform/reference-error-codes). Microsoft asks programs to decide nothing by
 * them, since they change: they only choose the advice here, and whether it is tried again follows from `error` and status.
 */
const advice: readonly Advice[] = [
  {
    codes: [70002, 7000215, 7000222],
    mend: 'Put the Value (not the Secret ID) of a client secret that has not expired where `oauth.clientSecret` points to, and restart the worker.',
  },
  {
    codes: [50012, 700027, 700030],
    mend: 'Upload the certificate to the application in Entra (Certificates & secrets), see that `oauth.certificate` and `oauth.key` are of it, that it has not expired, and that the clock of this machine is right.',
  },
  {
    codes: [70001, 700011, 700016, 7000112],
    mend: 'Mend `oauth.clientId`: it must be the id of an application that is there and enabled in this tenant.',
  },
  { codes: [50059, 90002], mend: 'Mend `oauth.tenant`: it must be the id or a domain of the tenant.' },
  { codes: [90038, 900382, 900432], mend: 'The tenant is in a national cloud: mend `oauth.authority`.' },
  {
    codes: [65001, 65004, 65005, 650056, 90094, 90095],
    mend: 'Let an administrator consent: Entra admin center, App registrations, the application, API permissions, Grant admin consent.',
  },
  {
    codes: [50078, 50089, 50132, 50133, 50173, 70000, 70008, 70043, 700082, 700084],
    mend: 'Log in again as the user of the mailbox: `{login}`. The refresh token has expired, or was revoked (a new password does that).',
  },
  {
    codes: [50074, 50076, 50079, 50131, 50158, 53000, 53001, 53002, 53003, 53004, 53011, 530032, 530034, 530035],
    mend: 'A policy of the tenant (multi-factor authentication, Conditional Access) refuses: except this application or this machine from it, or use the application permission instead of a user.',
  },
  {
    codes: [50034, 50053, 50055, 50057, 50105, 50144, 51004],
    mend: 'The account of the user is missing, locked, disabled or not assigned to the application, or its password has expired: mend it, then `{login}`.',
  },
  {
    codes: [700025],
    mend: 'The application is a public client: take `oauth.clientSecret` (or `certificate`) out of the configuration.',
  },
  {
    codes: [7000218],
    mend: 'Allow public client flows for the application (Entra, Authentication), or configure its `oauth.clientSecret`.',
  },
  {
    codes: [28002, 50001, 500011, 650057, 70011, 700022, 700023],
    mend: 'Mend `oauth.scope`, or add the permission to the application: IMAP.AccessAsApp for client credentials, IMAP.AccessAsUser.All for a user.',
  },
];

/** @param loginCommand what gets a new refresh token */
export function adviseMicrosoft({ error, description }: Refusal, loginCommand: string): string | undefined {
  const code = Number(/AADSTS(\d+)/.exec(description)?.[1]);
  const mend = advice.find(({ codes }) => codes.includes(code))?.mend ?? byError(error);
  return mend === undefined ? undefined : `${mend.replace('{login}', loginCommand)} See docs/oauth.md.`;
}

/** For the codes that are not known here. */
function byError(error: string): string | undefined {
  switch (error) {
    case 'invalid_grant':
    case 'interaction_required':
      return 'Log in again as the user of the mailbox: `{login}`.';
    case 'unauthorized_client':
      return 'Mend `oauth.clientId` and `oauth.tenant`: the application may not log in there.';
    case 'invalid_client':
      return 'Mend the secret or certificate of the application.';
    default:
      return undefined;
  }
}
