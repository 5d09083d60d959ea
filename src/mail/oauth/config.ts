import { z } from 'zod';
import { secretRef, tlsShape } from '../../config/fields.js';

const endpoint = z.url({ protocol: /^https?$/ });

/** Where a refresh token is, and where the next one goes. Either of them makes the grant a delegated one. */
const refreshShape = {
  refreshToken: secretRef.optional().describe('Refresh token of the user of the mailbox.'),
  tokenFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      'File that `lurewatch login` and the worker write refresh tokens to (mode 0600), relative to the configuration file. While it is there it counts before `refreshToken`. Without it no token is ever written.',
    ),
};

const common = {
  mechanism: z
    .enum(['xoauth2', 'oauthbearer'])
    .optional()
    .describe('SASL mechanism; by default what the server offers, OAUTHBEARER (RFC 7628) before XOAUTH2.'),
  ...tlsShape,
  insecure: z
    .boolean()
    .default(false)
    .describe('True: allow http:// addresses of the provider. Secrets and tokens then travel unencrypted.'),
};

const microsoft = z.strictObject({
  provider: z.literal('microsoft').describe('Microsoft 365 (Exchange Online): docs/oauth.md.'),
  tenant: z
    .string()
    .regex(/^[A-Za-z0-9.-]+$/, 'must be the id or a domain of the tenant')
    .describe('Directory (tenant) id, or a domain of it.'),
  clientId: z.string().min(1).describe('Application (client) id.'),
  clientSecret: secretRef
    .optional()
    .describe('Client secret of the application. A public client, as device code needs it, has none.'),
  certificate: secretRef.optional().describe('Instead of `clientSecret`: certificate of the application (PEM).'),
  key: secretRef.optional().describe('Private key of `certificate` (PEM, RSA).'),
  ...refreshShape,
  scope: z
    .string()
    .min(1)
    .optional()
    .describe(
      'By default `https://outlook.office365.com/.default`; with a refresh token `https://outlook.office.com/IMAP.AccessAsUser.All offline_access`. National clouds have others.',
    ),
  authority: endpoint
    .default('https://login.microsoftonline.com')
    .describe('Another one for national clouds, such as `https://login.microsoftonline.us`.'),
  ...common,
});

const google = z.strictObject({
  provider: z.literal('google').describe('Google Workspace (Gmail): docs/oauth.md.'),
  serviceAccount: secretRef
    .optional()
    .describe('Service account key (JSON) with domain-wide delegation; it acts as `username` of the mailbox.'),
  clientId: z.string().min(1).optional().describe('Instead of `serviceAccount`: OAuth client id.'),
  clientSecret: secretRef.optional().describe('Secret of that client.'),
  ...refreshShape,
  scope: z.string().min(1).default('https://mail.google.com/').describe('What the service account asks for.'),
  tokenEndpoint: endpoint
    .optional()
    .describe('By default `token_uri` of the key, or `https://oauth2.googleapis.com/token`.'),
  ...common,
});

const other = z.strictObject({
  provider: z.literal('other').describe('Any provider, by its addresses.'),
  issuer: endpoint.optional().describe('Its issuer: the addresses are asked for there (OpenID Connect Discovery).'),
  tokenEndpoint: endpoint.optional().describe('Its token endpoint, where there is no discovery.'),
  deviceEndpoint: endpoint
    .optional()
    .describe('Its device authorization endpoint (RFC 8628), for `lurewatch login` where there is no discovery.'),
  clientId: z.string().min(1).describe('Client id.'),
  clientSecret: secretRef.optional().describe('Client secret; a public client has none.'),
  clientAuthentication: z
    .enum(['basic', 'post'])
    .default('basic')
    .describe('How the secret is sent: in the Authorization header, or in the body.'),
  scope: z.string().min(1).optional().describe('Scopes to ask for, separated by spaces.'),
  grant: z
    .enum(['client-credentials', 'refresh-token'])
    .default('client-credentials')
    .describe('`client-credentials`: the client itself may read the mailbox. `refresh-token`: a user has allowed it.'),
  ...refreshShape,
  ...common,
});

export const oauthSchema = z.discriminatedUnion('provider', [microsoft, google, other]);

export type OAuthConfig = z.output<typeof oauthSchema>;
export type MicrosoftConfig = z.output<typeof microsoft>;
export type GoogleConfig = z.output<typeof google>;
export type OtherConfig = z.output<typeof other>;

export const imapLoginShape = {
  oauth: oauthSchema
    .optional()
    .describe('Instead of `password`: how an access token is got (OAuth 2.0): docs/oauth.md.'),
};

/** Whether tokens come from the refresh token of a user, rather than from the application's own right. */
export function isDelegated(config: OAuthConfig): boolean {
  if (config.provider === 'other') return config.grant === 'refresh-token';
  if (config.provider === 'google') return config.serviceAccount === undefined;
  return config.refreshToken !== undefined || config.tokenFile !== undefined;
}
