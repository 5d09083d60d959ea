import type { Secret } from '../config/secret.js';
import { LurewatchError } from '../errors/lurewatch-error.js';
import type { HttpClient, HttpResponse } from '../http/client.js';
import { AnswerTooLong, HttpFailure } from '../http/failure.js';
import { retryAfterMs } from '../http/retry-after.js';
import { type Failure, readFailure } from './answers.js';

const where = 'misp';

/**
 * Requests to MISP's REST interface, and what any of them may be answered. It never trusts the status alone:
 * validation, permission and authentication are all 403, and a redirect is what a good key without `Accept` gets.
 *
 * Throws LurewatchError: LW_MISP_AUTH, LW_MISP_REFUSES, LW_MISP_TLS, LW_MISP_UNAVAILABLE (certainly not carried out),
 * LW_MISP_AMBIGUOUS (may have been carried out), LW_MISP_REJECTED (the event is too large to be shown). The reason of an
 * aborted `signal` passes as it is.
 */
export class MispTransport {
  readonly #http: HttpClient;
  readonly #key: Secret;

  constructor(http: HttpClient, key: Secret) {
    this.#http = http;
    this.#key = key;
  }

  async send(method: 'GET' | 'POST', path: string, body: unknown, signal?: AbortSignal): Promise<HttpResponse> {
    try {
      return await this.#http.request({
        method,
        path,
        headers: {
          authorization: this.#key.reveal(),
          accept: 'application/json',
          'content-type': 'application/json',
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal,
      });
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      if (error.cause instanceof AnswerTooLong && showsEvent.test(path)) throw tooLongToShow(error.cause);
      // A read changes nothing, so nothing about it is ambiguous.
      if (method === 'GET' && !error.tls) {
        throw new LurewatchError('LW_MISP_UNAVAILABLE', `no usable answer (${error.message})`, { where, cause: error });
      }
      throw error.toLurewatch('LW_MISP', where);
    }
  }

  /** The answer's JSON. What no MISP answers, or answers to any request alike, ends here. */
  json(answer: HttpResponse, on5xx: 'LW_MISP_AMBIGUOUS' | 'LW_MISP_UNAVAILABLE' = 'LW_MISP_AMBIGUOUS'): unknown {
    const { status, headers } = answer;
    if (status >= 300 && status < 400) {
      // Without its query, which may be a token.
      const to = headers.location?.replace(/[?#].*$/s, '') ?? 'nowhere';
      throw refuses(`answered ${status}, a redirect to ${to}; MISP itself answers JSON`);
    }
    if (status === 429) {
      const wait = retryAfterMs(headers['x-rate-limit-reset'] ?? headers['retry-after']);
      throw new LurewatchError('LW_MISP_UNAVAILABLE', 'answered 429, too many requests', { where, retryAfterMs: wait });
    }
    const body = parseJson(answer.body);
    if (status >= 500) {
      const said = body === undefined ? 'with no JSON' : (readFailure(body)?.reason ?? '');
      const what = this.#withoutKey(`answered ${status} ${said}`.trim());
      throw new LurewatchError(on5xx, what, { where, retryAfterMs: retryAfterMs(headers['retry-after']) });
    }
    if (body === undefined) {
      throw refuses(`answered ${status} with ${headers['content-type'] ?? 'no content type'} instead of JSON`);
    }
    return body;
  }

  failure(answer: HttpResponse, body: unknown): Failure {
    const failure = readFailure(body);
    if (failure === undefined) throw refuses(`answered ${answer.status} with JSON that is not MISP's`);
    return { ...failure, reason: this.#withoutKey(failure.reason) };
  }

  /** What is left when an answer is none of those that a request expects. */
  unusable(answer: HttpResponse, failure: Failure): LurewatchError {
    const said = `answered ${answer.status}: ${failure.reason}`;
    if (answer.status === 401 || answer.status === 403) return new LurewatchError('LW_MISP_AUTH', said, { where });
    if (answer.status === 405) {
      const mend =
        'Check `misp.sharingGroup` (MISP answers so to an unknown one) and whether a proxy changes the request.';
      return new LurewatchError('LW_MISP_REFUSES', said, { where, mend });
    }
    return refuses(said);
  }

  async close(): Promise<void> {
    await this.#http.close();
  }

  /** Should anything ever echo our headers, the key does not travel on. */
  #withoutKey(text: string): string {
    return text.replaceAll(this.#key.reveal(), '[secret]');
  }
}

/** Requests that are answered with the whole event. */
const showsEvent = /^\/events\/(?:add|edit|view)(?:\/|$)/;

function tooLongToShow(cause: AnswerTooLong): LurewatchError {
  const what = `the event in MISP is larger than ${Math.floor(cause.limitBytes / 1024)} KiB, too large to be compared`;
  return new LurewatchError('LW_MISP_REJECTED', `${what}: a finer \`groupBy\` makes smaller events`, { where, cause });
}

/** MISP's words where the role lacks a permission altogether, not only towards one object. */
const lacksRole = /permission to use this functionality/i;

/** True where the key is good and MISP refuses this very content or object (validation, ownership, unknown event). */
export function refusesContent(status: number, failure: Failure): boolean {
  return (status === 403 || status === 404) && !/authentication failed/i.test(failure.reason);
}

/** The same, and not for want of a permission that the role lacks towards all objects. */
export function refusesThis(status: number, failure: Failure): boolean {
  return refusesContent(status, failure) && !lacksRole.test(failure.reason);
}

export function refuses(what: string): LurewatchError {
  return new LurewatchError('LW_MISP_REFUSES', what, { where });
}

export function ambiguous(what: string): LurewatchError {
  return new LurewatchError('LW_MISP_AMBIGUOUS', what, { where });
}

function parseJson(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    return parsed;
  } catch {
    return undefined;
  }
}
