/** MISP's address without a slash at its end. */
export function baseAddress(url: string): string {
  return url.replace(/\/+$/, '');
}

/** The page of an event, as people open it. */
export function eventReference(url: string, id: string): string {
  return `${baseAddress(url)}/events/view/${id}`;
}

/** What of the way to MISP a person should know. */
export function serverFindings(options: { readonly url: string; readonly verify: boolean }): readonly string[] {
  const findings: string[] = [];
  if (!options.verify) findings.push('warning: `verify: false`, the certificate of MISP is not verified');
  if (options.url.startsWith('http:')) findings.push('warning: `insecure: true`, the key travels unencrypted');
  return findings;
}
