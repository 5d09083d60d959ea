/** Where the bearer token of the Chronicle API comes from. */
export interface TokenSource {
  /**
   * A token that is still valid for a while. Several callers at once cause one fetch; `signal` ends only the wait of
   * its own caller, and with its own reason.
   * @throws LW_TARGET_AUTH where the grant is refused, LW_TARGET_UNAVAILABLE where it cannot be asked for
   */
  get(signal?: AbortSignal): Promise<Token>;
  /** The platform refused the token: the next `get` fetches another one. */
  forget(): void;
  /** `get` has ended after this long. */
  readonly inFlightMs: number;
  close(): Promise<void>;
}

export interface Token {
  readonly value: string;
  /** False: it was fetched earlier, and may have been revoked since. */
  readonly fresh: boolean;
}

export const cloudPlatformScope = 'https://www.googleapis.com/auth/cloud-platform';
