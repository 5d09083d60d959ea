/**
 * A URL that no terminal, chat or mail client turns into a link: `hxxps://login[.]example/x?y=1`. Only scheme and host
 * are changed, so that it can be turned back.
 */
export function defang(url: string): string {
  const [, scheme = '', slashes = '', authority = '', rest = ''] =
    /^([a-z][a-z0-9+.-]*:)(\/\/)?([^/?#]*)(.*)$/is.exec(url) ?? [];
  if (scheme === '') return url.replaceAll('.', '[.]');
  const harmless = scheme.replace(/^http/i, 'hxxp').replace(/^ftp/i, 'fxp');
  return `${harmless}${slashes}${authority.replaceAll('.', '[.]')}${rest}`;
}
