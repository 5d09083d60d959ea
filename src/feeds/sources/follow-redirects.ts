import type { Dispatcher } from 'undici';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { HttpFailure } from '../../http/failure.js';
import { parseAnyUrl } from '../../url/parse-any-url.js';
import { assertPublicHost } from './connections.js';

export interface Answer {
  /** Where it came from in the end. */
  readonly url: URL;
  readonly status: number;
  /** Names in lower case; repeated ones joined. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Dispatcher.ResponseData['body'];
}

export interface RedirectRules {
  readonly where: string;
  /** As errors show the first address. */
  readonly name: string;
  readonly insecure: boolean;
  readonly allowPrivate: boolean;
  /** The headers for an address; what is configured is only for the origin that it was configured for. */
  readonly headersFor: (url: URL, sameOrigin: boolean) => Readonly<Record<string, string>>;
}

const most = 5;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Asks for an address, and for what it redirects to. Errors name no more of the latter than its origin: it may be signed. */
export async function getFollowing(connections: Dispatcher, first: URL, rules: RedirectRules): Promise<Answer> {
  const refused = (what: string, mend?: string) =>
    new LurewatchError('LW_FEED_REFUSED', `${rules.name} ${what}`, { where: rules.where, mend });
  let url = first;
  let sameOrigin = true;
  for (let hop = 0; hop <= most; hop += 1) {
    if (!rules.allowPrivate) assertPublicHost(url, rules.where);
    const answer = await get(connections, url, rules.headersFor(url, sameOrigin), rules);
    const { location } = answer.headers;
    if (!redirects.has(answer.status) || location === undefined) return answer;

    // Its page is of no use, and its end need not be waited for.
    answer.body.destroy();
    const next = parseAnyUrl(location, url.href);
    if (next === null) throw refused('redirects to something that is no address');
    url = next;
    if (url.protocol === 'http:' && !rules.insecure) {
      throw refused(
        `redirects to ${url.origin}, which is not encrypted`,
        'Mend `source.url`, or set `source.insecure`.',
      );
    }
    if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused(`redirects to ${url.protocol}`);
    // Once away from where they belong, headers stay away.
    sameOrigin &&= url.origin === first.origin;
  }
  throw refused(`redirects more than ${most} times`);
}

async function get(
  connections: Dispatcher,
  url: URL,
  headers: Readonly<Record<string, string>>,
  { where }: RedirectRules,
): Promise<Answer> {
  const options = { origin: url.origin, path: url.pathname + url.search, method: 'GET', headers } as const;
  const answer = await connections.request(options).catch((error: unknown) => {
    throw failed(error, url.origin, where, 'no');
  });
  // It may break before anybody reads it; whoever does, meets the error then.
  answer.body.on('error', () => {});
  return { url, status: answer.statusCode, headers: flat(answer.headers), body: answer.body };
}

/** A request or its answer that broke off. `sent`: `no` where that was before an answer began. */
export function failed(error: unknown, origin: string, where: string, sent: 'no' | 'maybe'): LurewatchError {
  if (error instanceof LurewatchError) return error;
  const failure = HttpFailure.from(error, origin, sent);
  const unknown = /ENOTFOUND/.test(failure.message) ? ': its host name is not known' : '';
  const code = failure.tls ? 'LW_FEED_TLS' : 'LW_FEED_UNREACHABLE';
  return new LurewatchError(code, `no usable answer (${failure.message})${unknown}`, { where, cause: failure });
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value] as const],
  );
  return Object.fromEntries(entries);
}
