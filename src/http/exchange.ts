import type { Dispatcher } from 'undici';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { AnswerTooLong, HttpFailure } from './failure.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Why `body` is only its beginning: it was too long, too slow, or broken off. */
  readonly cut?: string;
}

export interface ExchangeLimits {
  /** From now until the last byte of the answer. */
  readonly totalTimeoutMs: number;
  readonly maxResponseBytes: number;
  /**
   * What becomes of an answer whose body does not come whole after its headers: an HttpFailure, or its beginning is
   * taken, and `cut` says why.
   */
  readonly unfinished: 'fail' | 'take';
}

/**
 * One request and its answer over a dispatcher. undici's own `request` cannot tell whether the request was written
 * before it failed, and leaves a request that waits for a connection waiting when it is given up; this can, and does not.
 *
 * undici sends each request once (only a RetryAgent repeats, and pipelining is off), which the handler also checks.
 * @throws HttpFailure, or the reason of `signal`
 */
export function exchange(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions & { readonly origin: string },
  limits: ExchangeLimits,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let connection: Dispatcher.DispatchController | undefined;
    let ended = false;
    let status = 0;
    let headers: Readonly<Record<string, string>> = {};
    let sizeBytes = 0;
    const chunks: Buffer[] = [];

    const end = (settle: () => void): void => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      settle();
    };
    const succeed = (cut?: string) => {
      const body = () => Buffer.concat(chunks).toString('utf8');
      end(() => resolve({ status, headers, body: body(), ...(cut === undefined ? {} : { cut }) }));
    };
    const fail = (error: unknown) => {
      const failure = failureOf(error, options.origin, connection === undefined ? 'no' : 'maybe');
      // Only once headers are in: with them the other side has said what it did.
      if (status !== 0 && limits.unfinished === 'take') succeed(failure.message);
      else end(() => reject(failure));
    };
    const giveUp = (error: Error) => {
      fail(error);
      connection?.abort(error);
    };
    const onAbort = () => {
      const reason: unknown = signal?.reason;
      end(() => reject(reason));
      connection?.abort(new Error('the caller gave up'));
    };
    const timer = setTimeout(
      () => giveUp(new Error(`no complete answer within ${limits.totalTimeoutMs} ms`)),
      limits.totalTimeoutMs,
    );
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) return onAbort();

    dispatcher.dispatch(options, {
      onRequestStart(controller) {
        // Called before the first byte is written: aborting here keeps a request that was given up from being sent.
        if (ended || connection !== undefined) controller.abort(new Error('given up before it was sent'));
        connection ??= controller;
      },
      onResponseStart(_controller, statusCode, answered) {
        // 1xx says only that the answer is yet to come (RFC 9110 §15.2).
        if (statusCode < 200) return;
        status = statusCode;
        headers = flatten(answered);
      },
      onResponseData(controller, chunk) {
        const room = limits.maxResponseBytes - sizeBytes;
        sizeBytes += chunk.length;
        chunks.push(chunk.length <= room ? chunk : chunk.subarray(0, room));
        if (chunk.length <= room) return;
        // The rest is never read: the connection ends here.
        const error = new AnswerTooLong(limits.maxResponseBytes);
        fail(error);
        controller.abort(error);
      },
      onResponseEnd: () => succeed(),
      onResponseError: (_controller, error) => fail(error),
    });
  });
}

/** What a proxy refuses is known for certain, and no failure of the other side. */
function failureOf(error: unknown, origin: string, sent: 'no' | 'maybe'): Error {
  return error instanceof LurewatchError ? error : HttpFailure.from(error, origin, sent);
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
