import { defang } from '../indicators/urls/defang.js';
import { printableLine } from './printable.js';

/** Without `//`, and yet terminals and chats open a program for them. */
const programSchemes =
  /(?<![a-z0-9])(mailto|tel|sms|callto|sips?|h323|xmpp|news|magnet|file|data|javascript|vbscript|blob|search-ms|ms-[a-z-]{1,40}):(?=\S)/gi;
/** Hosts that are links without a scheme: `www2.bank.example`. */
const linkedHosts = /(?<![a-z0-9])((?:www|ftp)[a-z0-9-]{0,20})\.(?=[^\s.])/gi;

/**
 * A text from outside on one line, in which no terminal finds a link: `hxxps://`, `fxp://`, `ssh[:]//`, `mailto[:]`,
 * `www[.]`. Whatever a sender can write goes through this before people see it. Twice gives the same; linear.
 */
export function harmlessLine(text: string): string {
  return printableLine(text)
    .replaceAll(/http(?=s?:)/gi, 'hxxp')
    .replaceAll(/ftp(?=s?:)/gi, 'fxp')
    .replaceAll(/(?<=[a-z0-9+.-])(?<!hxxps?|fxps?):(?=\/\/)/gi, '[:]')
    .replaceAll(programSchemes, '$1[:]')
    .replaceAll(linkedHosts, '$1[.]');
}

/** A URL, host or address: its dots besides, and the URLs that its path and query hold. */
export function harmlessUrl(url: string): string {
  return harmlessLine(defang(url));
}
