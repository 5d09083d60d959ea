import { domainToASCII } from 'node:url';

/** A set of domains. It has a host if it has the host or a domain above it. */
export class HostNames {
  readonly #names = new Set<string>();

  /** @param name also with a dot, `*.` or `.` around it, as lists have them; in Unicode or ASCII */
  add(name: string): void {
    const host = name
      .trim()
      .replace(/^\*?\./, '')
      .replace(/\.$/, '');
    const ascii = domainToASCII(host);
    if (ascii !== '') this.#names.add(ascii);
  }

  /** @returns the name that the host is or lies below */
  find(host: string): string | undefined {
    if (this.#names.size === 0) return undefined;
    let name = endOf(host.toLowerCase().replace(/\.$/, ''));
    while (name !== '') {
      if (this.#names.has(name)) return name;
      const dot = name.indexOf('.');
      name = dot < 0 ? '' : name.slice(dot + 1);
    }
    return undefined;
  }
}

/** No name of a list is longer (RFC 1035 §2.3.4), so nothing is looked for above: a host of a URL may have 16,000 dots. */
const longestName = 253;

function endOf(host: string): string {
  if (host.length <= longestName) return host;
  const dot = host.indexOf('.', host.length - longestName - 1);
  return dot < 0 ? '' : host.slice(dot + 1);
}
