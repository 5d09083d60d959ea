import { unlessAborted } from '../../http/unless-aborted.js';
import type { Grant } from './types.js';

export interface AccessToken {
  readonly value: string;
  /** False: it was fetched earlier, and may have been revoked since. */
  readonly fresh: boolean;
}

/** The access tokens of one mailbox, for all of its connections: in memory, and nowhere else. */
export interface AccessTokens {
  /**
   * A token that is good for a while. Several callers at once cause one request; `signal` ends only the wait of its own
   * caller.
   * @throws LW_MAIL_GRANT where the grant is refused, LW_MAIL_PROVIDER where it cannot be asked for
   */
  get(signal?: AbortSignal): Promise<AccessToken>;
  /** The mail server refused this one: unless another was fetched since, the next `get` fetches one. */
  forget(value: string): void;
  /** Resolves once no request is under way. */
  settled(): Promise<void>;
  /** For people: which grant, and until when its token is good. */
  findings(): readonly string[];
}

/** A token is renewed this long before its end, or after four fifths of its time where that is little. */
const marginMs = 5 * 60_000;
const usedShare = 0.8;
/** Of a token whose end the provider does not tell. */
const unknownLifeMs = 10 * 60_000;
/** No end is later than a date can be. */
const longestLifeMs = 10 * 365 * 24 * 60 * 60_000;

interface Held {
  readonly value: string;
  readonly endsAtMs: number;
  readonly renewAtMs: number;
  readonly endKnown: boolean;
}

/** @param closed nothing is asked for any more */
export function createAccessTokens(grant: Grant, closed?: AbortSignal): AccessTokens {
  let held: Held | undefined;
  let fetching: Promise<AccessToken> | undefined;

  async function fetchToken(): Promise<AccessToken> {
    // The end counts from before the request: the provider may have begun to count by then.
    const askedAtMs = Date.now();
    const { accessToken, expiresInSeconds } = await grant.request(closed);
    const lifeMs = expiresInSeconds === undefined ? unknownLifeMs : Math.min(expiresInSeconds * 1000, longestLifeMs);
    held = {
      value: accessToken,
      endsAtMs: askedAtMs + lifeMs,
      renewAtMs: askedAtMs + Math.max(lifeMs - marginMs, lifeMs * usedShare),
      endKnown: expiresInSeconds !== undefined,
    };
    return { value: accessToken, fresh: true };
  }

  return {
    async get(signal) {
      signal?.throwIfAborted();
      if (held !== undefined && Date.now() < held.renewAtMs) return { value: held.value, fresh: false };
      fetching ??= fetchToken().finally(() => {
        fetching = undefined;
      });
      return unlessAborted(fetching, signal);
    },
    forget(value) {
      if (held?.value === value) held = undefined;
    },
    async settled() {
      await fetching?.catch(() => undefined);
    },
    findings() {
      const until =
        held === undefined
          ? ''
          : `; the token is good until ${held.endKnown ? new Date(held.endsAtMs).toISOString() : 'an end that the provider does not tell'}`;
      return [`OAuth: ${grant.title}${until}`, ...grant.remarks()];
    },
  };
}
