/**
 * Undoes what makes indicators harmless to click: `hxxps[:]//evil[.]example`, `evil(dot)example`, `a[at]evil.example`.
 * Every pattern is a plain alternative, so that no text makes it slow.
 */
export function refang(text: string): string {
  return text
    .replace(/\[:\/\/\]|\[:\]\/\/|:\[\/\/\]|\(:\/\/\)/g, '://')
    .replace(/^h[tx*]{2}p(s?):\/\//i, 'http$1://')
    .replace(/^f[tx*]p(s?):\/\//i, 'ftp$1://')
    .replace(/\[\.\]|\(\.\)|\{\.\}|\[\.|\\\.|\[dot\]|\(dot\)|\{dot\}/gi, '.')
    .replace(/\[:\]|\(:\)/g, ':')
    .replace(/\[\/\]/g, '/')
    .replace(/\[@\]|\(@\)|\[at\]|\(at\)|\{at\}/gi, '@');
}
