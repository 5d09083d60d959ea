import { z } from 'zod';
import type { Secret } from '../../config/secret.js';
import { parseAnyUrl } from '../../url/parse-any-url.js';

/** What a connection is made through. */
export interface ProxyChoice {
  /** `http://`, `https://` or `socks5://` with host and port; `none`: no proxy. */
  readonly address: string;
  /** `user:password`, filled in where the connection is made. */
  readonly credentials?: Secret | undefined;
  /** Where the configuration names the connection, for errors: `targets.cases`. */
  readonly where?: string;
}

const rule = 'must be `none`, or the address of a proxy: http://, https:// or socks5:// with host and port';

/** As the configuration has it. */
export const proxyAddress = z
  .string(rule)
  .superRefine((text, context) => {
    const mistake = addressMistake(text);
    if (mistake !== undefined) context.addIssue(mistake);
  })
  .transform((address): ProxyChoice => ({ address }));

function addressMistake(text: string): string | undefined {
  if (text === 'none') return undefined;
  const url = parseAnyUrl(text);
  if (url === null || !/^(https?|socks5):$/.test(url.protocol) || url.hostname === '') return rule;
  if (url.username !== '' || url.password !== '')
    return 'must not hold a user name or a password: give them in `proxyAuth`';
  if (url.search !== '' || url.hash !== '' || !['', '/'].includes(url.pathname)) return rule;
  return undefined;
}
