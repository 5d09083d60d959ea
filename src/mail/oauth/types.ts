import type { AuthorizationServer, Client, ClientAuth } from 'oauth4webapi';

/** A provider as one mailbox is configured with it. */
export interface Provider {
  /** `mailbox soc` */
  readonly where: string;
  /** For people: `Microsoft 365`. */
  readonly name: string;
  readonly client: Client;
  readonly clientAuth: ClientAuth;
  /** Its addresses; asked for once where the configuration names only the issuer. */
  readonly server: (http: ProviderHttp, signal?: AbortSignal) => Promise<AuthorizationServer>;
  /** Sent with every request but that of a refresh. */
  readonly scope: string | undefined;
  /** Sent with a refresh, where the provider wants it repeated. */
  readonly refreshScope?: string | undefined;
  /** What gets a new refresh token, to be told to people. */
  readonly loginCommand: string;
  /** What may be echoed in an answer and must not be shown. */
  readonly secrets: readonly string[];
  /** Whether a refresh token that it refused with `invalid_grant` may be good again later. */
  readonly mayTakeRefusedAgain?: boolean;
  /** What an administrator must do about a refusal; undefined: nothing is known beyond the catalogue. */
  readonly advise: (refusal: Refusal) => string | undefined;
}

/** How requests to a provider go out: verification, timeouts and the size of answers are ours. */
export interface ProviderHttp {
  readonly insecure: boolean;
  readonly fetch: (url: string, request: ProviderRequest) => Promise<Response>;
  close(): Promise<void>;
}

export interface ProviderRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** `error` and `error_description` of RFC 6749 §5.2. */
export interface Refusal {
  readonly error: string;
  readonly description: string;
}

/** What a token endpoint gave. */
export interface Granted {
  readonly accessToken: string;
  /** Undefined where it does not say. */
  readonly expiresInSeconds: number | undefined;
  /** A new one, where the provider rotates them; it may be the same. */
  readonly refreshToken: string | undefined;
}

/** One way to get access tokens for a mailbox. */
export interface Grant {
  /** For people: `Microsoft 365, client credentials of 11111111-…`. */
  readonly title: string;
  request(signal?: AbortSignal): Promise<Granted>;
  /** What a check should tell beside the title. */
  remarks(): readonly string[];
}
