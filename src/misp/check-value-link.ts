/**
 * Why MISP takes a text for no link; undefined where it is one. PHP's FILTER_VALIDATE_URL, which it asks, wants a
 * scheme, a host, and printable ASCII only.
 */
export function linkComplaint(value: string): string | undefined {
  if (!/^[\x21-\x7e]+$/.test(value))
    return 'a link holds no blanks and no characters beyond ASCII: percent-encode them';
  const [, scheme, rest = ''] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(value) ?? [];
  if (scheme === undefined) return 'a link needs its scheme, like https://';
  if (/^(?:mailto|news|file):/i.test(value)) return undefined;
  const authority = /^\/\/([^/?#]*)/.exec(rest)?.[1];
  if (authority === undefined || authority === '') return 'a link needs a host';
  const at = authority.lastIndexOf('@');
  const user = authority.slice(0, Math.max(0, at));
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(authority.slice(at + 1)) ?? [];
  if (port !== undefined && Number(port) > 65_535) return 'the port of the link is above 65535';
  if (!/^[\w.~!$&'()*+,;=:%-]*$/.test(user)) return 'the user name in the link has an invalid format';
  if (!/^https?$/i.test(scheme)) return host === '' ? 'a link needs a host' : undefined;
  return isHost(host) ? undefined : 'the host of the link has an invalid format';
}

/** RFC 1123 §2.1: labels of letters, digits and inner hyphens. Of underscores PHP wants to know nothing here. */
function isHost(host: string): boolean {
  if (/^\[[0-9a-f:.]+\]$/i.test(host)) return true;
  const name = host.replace(/\.$/, '');
  return name.length <= 253 && name.split('.').every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(label));
}
