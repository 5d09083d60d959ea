const simpleEscapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  '\n': '',
};
const coded = /x([0-9a-f]{2})|u([0-9a-f]{4})|u\{([0-9a-f]{1,6})\}|([0-3]?[0-7]{1,2})/iy;

/** The escape whose backslash stands before `at`. */
export function escapeAt(script: string, at: number): { text: string; length: number } {
  coded.lastIndex = at;
  const match = coded.exec(script);
  if (match !== null) {
    const [all, narrow, wide, braced, octal] = match;
    const code = octal === undefined ? Number.parseInt(narrow ?? wide ?? braced ?? '', 16) : Number.parseInt(octal, 8);
    return { text: code > 0x10ffff ? '' : String.fromCodePoint(code), length: all.length };
  }
  const character = script[at] ?? '';
  return { text: simpleEscapes[character] ?? character, length: 1 };
}
