import { hostNameOf, isMailHost } from '../observables/registrable-domain.js';

const hostAtEnd = /(?:https?|ftp):\/\/([^\s/?#"'<>]*)$/i;
/** Longer than any host with a user name that is worth a look. */
const maxChars = 300;

/** How many characters at the end of a text are the beginning of a host, whose rest is not there; 0 for none. */
export function halfHostChars(text: string): number {
  const host = hostAtEnd.exec(text.slice(-maxChars))?.[1] ?? '';
  return isWholeHost(host) ? 0 : host.length;
}

function isWholeHost(written: string): boolean {
  const host = written.slice(written.lastIndexOf('@') + 1).replace(/:\d{0,5}$/, '');
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(host)) return true;
  const name = hostNameOf(host);
  return name !== undefined && isMailHost(name) && !host.endsWith('.');
}
