/** Windows code pages whose character sets have other names than `windows-…`. */
const names: Readonly<Record<number, string>> = {
  932: 'shift_jis',
  936: 'gbk',
  949: 'euc-kr',
  950: 'big5',
  1200: 'utf-16le',
  1201: 'utf-16be',
  10000: 'macintosh',
  20127: 'utf-8',
  20866: 'koi8-r',
  20932: 'euc-jp',
  21866: 'koi8-u',
  50220: 'iso-2022-jp',
  50221: 'iso-2022-jp',
  50222: 'iso-2022-jp',
  51932: 'euc-jp',
  51949: 'euc-kr',
  52936: 'gbk',
  54936: 'gb18030',
  65001: 'utf-8',
};

/** The character set of a Windows code page; null where it is none that mail uses. */
export function charsetOfCodePage(codePage: number | undefined): string | null {
  if (codePage === undefined) return null;
  if (Object.hasOwn(names, codePage)) return names[codePage] ?? null;
  if (codePage === 874 || (codePage >= 1250 && codePage <= 1258)) return `windows-${codePage}`;
  if (codePage > 28590 && codePage < 28606) return `iso-8859-${codePage - 28590}`;
  return null;
}
