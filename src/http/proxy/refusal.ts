import { LurewatchError } from '../../errors/lurewatch-error.js';

const mendCredentials = 'Set `proxyAuth` to the `user:password` that the proxy knows.';
const mendRule =
  'Let the proxy connect to this host and port, or name another one with `proxy`; `proxy: none` goes without.';

/** The proxy does not do this for us, however often it is asked. Nothing was sent to the host behind it. */
export function refusal(proxy: string, why: string, of: 'credentials' | 'rule', where?: string): LurewatchError {
  return new LurewatchError('LW_PROXY_REFUSES', `the proxy ${proxy} ${why}`, {
    where,
    mend: of === 'credentials' ? mendCredentials : mendRule,
  });
}

/** Nothing was told to who has it. */
export function badCertificate(proxy: string, code: string, where?: string): LurewatchError {
  return new LurewatchError('LW_PROXY_REFUSES', `the certificate of the proxy ${proxy} does not verify (${code})`, {
    where,
    mend: 'Give its authority to Node with NODE_EXTRA_CA_CERTS, or mend the certificate.',
  });
}

/**
 * What an answer to CONNECT means; undefined: it may be another one the next time.
 * @param to `mail.example.com:993`
 */
export function refusedConnect(proxy: string, status: number, to: string, where?: string): LurewatchError | undefined {
  if (status === 407) return refusal(proxy, 'answered 407: it does not take our credentials', 'credentials', where);
  // A request timeout, or too many of them; anything else below 500 is a rule of the proxy.
  if (status < 400 || status >= 500 || status === 408 || status === 429) return undefined;
  return refusal(proxy, `refuses to connect to ${to} (it answered ${status})`, 'rule', where);
}
