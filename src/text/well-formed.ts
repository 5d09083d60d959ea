/**
 * Without halves of surrogate pairs: an encoded word or a text in UTF-16 may hold some, JSON writes them as an escape,
 * and many that read it refuse the whole document for one.
 */
export function wellFormed(text: string): string {
  return /[\ud800-\udfff]/.test(text) ? text.replaceAll(/\p{Surrogate}/gu, '\ufffd') : text;
}
