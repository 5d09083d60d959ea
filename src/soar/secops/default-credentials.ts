import type { GoogleAuth } from 'google-auth-library';
import { z } from 'zod';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { unlessAborted } from '../../http/unless-aborted.js';
import { excerpt } from '../printable.js';
import { cloudPlatformScope, type Token, type TokenSource } from './token-source.js';

/** One request of the library, and all of them together with its own repeats. */
const requestTimeoutMs = 10_000;
const totalTimeoutMs = 30_000;

const answered = z.object({ status: z.number() });

/**
 * Bearer tokens from application default credentials: GOOGLE_APPLICATION_CREDENTIALS, the gcloud login, workload
 * identity federation or the metadata server, whichever google-auth-library finds. It keeps and renews the token.
 */
export function defaultCredentialsTokens(projectId: string, where: string): TokenSource {
  let auth: Promise<GoogleAuth> | undefined;
  let last: string | undefined;

  async function fetchToken(): Promise<string> {
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no token within ${totalTimeoutMs} ms`)), totalTimeoutMs);
    });
    auth ??= makeAuth(projectId);
    const asked = auth.then((library) => library.getAccessToken());
    try {
      const value = await Promise.race([asked, deadline]);
      if (typeof value !== 'string' || value === '') throw new Error('the credentials gave no token');
      return value;
    } catch (error) {
      throw toLurewatch(error, where);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    inFlightMs: totalTimeoutMs,
    async get(signal): Promise<Token> {
      signal?.throwIfAborted();
      const value = await unlessAborted(fetchToken(), signal);
      const fresh = value !== last;
      last = value;
      return { value, fresh };
    },
    forget() {
      auth = undefined;
    },
    close: async () => undefined,
  };
}

/** The library takes a while to load: only who has no key of a service account pays for it. */
async function makeAuth(projectId: string): Promise<GoogleAuth> {
  const { GoogleAuth } = await import('google-auth-library');
  const transporterOptions = { timeout: requestTimeoutMs };
  // With `projectId` the library need not ask another API for the project, which the account may not be allowed to.
  return new GoogleAuth({ projectId, scopes: [cloudPlatformScope], clientOptions: { transporterOptions } });
}

function toLurewatch(error: unknown, where: string): LurewatchError {
  const said = excerpt(error instanceof Error ? error.message : String(error));
  const status = answered.safeParse(error).data?.status;
  const none = said.includes('Could not load the default credentials');
  if (none || status === 400 || status === 401 || status === 403) {
    return new LurewatchError('LW_TARGET_AUTH', `application default credentials give no token (${said})`, {
      where,
      mend: 'Set `credentials` to a service account key, or set up application default credentials for the worker.',
      cause: error,
    });
  }
  return new LurewatchError('LW_TARGET_UNAVAILABLE', `no token could be fetched (${said})`, { where, cause: error });
}
