import { createPrivateKey, type KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import { type ClientAuth, ClientSecretPost, modifyAssertion, None, PrivateKeyJwt } from 'oauth4webapi';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { isDelegated, type MicrosoftConfig } from './config.js';
import { adviseMicrosoft } from './microsoft-advice.js';
import type { ProviderSetup } from './setup.js';
import type { Provider } from './types.js';

const applicationScope = 'https://outlook.office365.com/.default';
/** https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth */
const userScope = 'https://outlook.office.com/IMAP.AccessAsUser.All offline_access';

/** Microsoft Entra ID, for a mailbox in Exchange Online. */
export function microsoftProvider(config: MicrosoftConfig, setup: ProviderSetup): Provider {
  const delegated = isDelegated(config);
  const scope = config.scope ?? (delegated ? userScope : applicationScope);
  const base = `${config.authority.replace(/\/+$/, '')}/${config.tenant}/oauth2/v2.0`;
  const server = {
    issuer: `${config.authority.replace(/\/+$/, '')}/${config.tenant}/v2.0`,
    token_endpoint: `${base}/token`,
    device_authorization_endpoint: `${base}/devicecode`,
  };
  const secret = config.clientSecret && setup.secret(config.clientSecret, 'clientSecret').reveal();
  return {
    where: setup.where,
    name: 'Microsoft 365',
    client: { client_id: config.clientId },
    clientAuth:
      secret === undefined
        ? (certificateAuth(config, setup, server.token_endpoint) ?? None())
        : ClientSecretPost(secret),
    server: async () => server,
    scope,
    refreshScope: scope,
    secrets: secret === undefined ? [] : [secret],
    loginCommand: setup.loginCommand,
    // It says `invalid_grant` also of consent that is missing and of policies, with the same token good afterwards.
    mayTakeRefusedAgain: true,
    advise: (refusal) => adviseMicrosoft(refusal, setup.loginCommand),
  };
}

/**
 * private_key_jwt as Microsoft wants it: PS256, `x5t#S256`, and the token endpoint as audience
 * (https://learn.microsoft.com/entra/identity-platform/certificate-credentials).
 * @throws LW_CONFIG_INVALID where certificate and key are none, or not of each other
 */
function certificateAuth(config: MicrosoftConfig, setup: ProviderSetup, audience: string): ClientAuth | undefined {
  if (config.certificate === undefined || config.key === undefined) return undefined;
  const { certificate, key } = readPair(
    setup.secret(config.certificate, 'certificate').reveal(),
    setup.secret(config.key, 'key').reveal(),
    setup.place,
  );
  const thumbprint = Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
  const algorithm = { name: 'RSA-PSS', hash: 'SHA-256' };
  const imported = () =>
    webcrypto.subtle.importKey('pkcs8', key.export({ type: 'pkcs8', format: 'der' }), algorithm, false, ['sign']);
  return async (server, client, body, headers) => {
    const auth = PrivateKeyJwt(await imported(), {
      [modifyAssertion]: (header, payload) => {
        header.typ = 'JWT';
        header['x5t#S256'] = thumbprint;
        payload.aud = audience;
      },
    });
    await auth(server, client, body, headers);
  };
}

function readPair(certificateText: string, keyText: string, place: string) {
  let certificate: X509Certificate;
  let key: KeyObject;
  try {
    certificate = new X509Certificate(certificateText);
  } catch {
    throw invalid('this is no certificate in PEM form', `${place}.certificate`);
  }
  try {
    key = createPrivateKey(keyText);
  } catch {
    // No cause: it might quote the key.
    throw invalid('this is no private key in PEM form', `${place}.key`);
  }
  if (key.asymmetricKeyType !== 'rsa') throw invalid('this is no RSA key', `${place}.key`);
  if (!certificate.checkPrivateKey(key)) throw invalid('the key is not that of the certificate', `${place}.key`);
  return { certificate, key };
}

function invalid(what: string, where: string): LurewatchError {
  return new LurewatchError('LW_CONFIG_INVALID', what, {
    where,
    mend: 'Set `certificate` to the certificate that the application has in Entra, and `key` to its private key, both in PEM form.',
  });
}
