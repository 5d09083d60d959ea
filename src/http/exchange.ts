import type { Dispatcher } from 'undici';
import { AnswerTooLong, HttpFailure } from './failure.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ExchangeLimits {
  /** From now until the last byte of the answer. */
  readonly totalTimeoutMs: number;
  readonly maxResponseBytes: number;
  /** What becomes of an answer above `maxResponseBytes`: an HttpFailure, or only its beginning is taken. */
  readonly longAnswer: 'fail' | 'cut';
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
    const succeed = () => end(() => resolve({ status, headers, body: Buffer.concat(chunks).toString('utf8') }));
    const fail = (error: unknown) =>
      end(() => reject(HttpFailure.from(error, options.origin, connection === undefined ? 'no' : 'maybe')));
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
        status = statusCode;
        headers = flatten(answered);
      },
      onResponseData(controller, chunk) {
        const room = limits.maxResponseBytes - sizeBytes;
        sizeBytes += chunk.length;
        if (chunk.length <= room) {
          chunks.push(chunk);
          return;
        }
        const error = new AnswerTooLong(limits.maxResponseBytes);
        if (limits.longAnswer === 'cut') {
          chunks.push(chunk.subarray(0, room));
          succeed();
        } else {
          fail(error);
        }
        // The rest is never read: the connection ends here.
        controller.abort(error);
      },
      onResponseEnd: succeed,
      onResponseError: (_controller, error) => fail(error),
    });
  });
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
