import { LurewatchError } from '../../errors/lurewatch-error.js';
import { retryAfterMs } from '../../http/retry-after.js';
import type { Answer } from './follow-redirects.js';

/** Not yet, or not now: request timeout, too early, too many requests; 202 says that the file is still being made. */
const later: ReadonlySet<number> = new Set([202, 408, 425, 429]);

const reasons: Readonly<Record<number, string>> = {
  202: ': it is still being made',
  401: ': it needs credentials, or other ones',
  403: ': these credentials may not read it',
  404: ': it is not there',
  410: ': it is not there any more',
  429: ': too many requests',
};

/** An answer that is not the file, as an error. What the server wrote about it is not quoted: it may echo the request. */
export function refusedAnswer({ status, headers }: Answer, name: string, where: string): LurewatchError {
  const what = `${name} answers ${status}${reasons[status] ?? ''}`;
  if (status < 500 && !later.has(status)) return new LurewatchError('LW_FEED_REFUSED', what, { where });
  return new LurewatchError('LW_FEED_UNREACHABLE', what, { where, retryAfterMs: retryAfterMs(headers['retry-after']) });
}
