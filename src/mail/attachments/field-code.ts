/** Fields that fetch what they name when the document is opened or printed (ECMA-376 part 1 §17.16.5). */
const loading = /^\s*(?:INCLUDEPICTURE|INCLUDETEXT|INCLUDE|IMPORT|LINK|DDE|DDEAUTO|RD)\b/i;
const commands = /^\s*DDE(?:AUTO)?\b/i;

export interface FieldCode {
  /** What stands in quotes, else the whole code: to be searched. */
  readonly text: string;
  readonly loads: boolean;
  /** It starts a program (Dynamic Data Exchange). */
  readonly runs: boolean;
}

/** The code of a field of Word: `HYPERLINK "https://a.example/" \l "part"`. Nested fields and quotes may be missing. */
export function readFieldCode(code: string): FieldCode {
  // Backslashes are doubled: `"\\\\host\\share"`.
  const plain = code.replaceAll('\\\\', '\\').replaceAll(/[\u201c\u201d\u201e]/g, '"');
  return { text: plain.replaceAll('"', ' \n '), loads: loading.test(plain), runs: commands.test(plain) };
}

/** Constants of a formula: `HYPERLINK("https://"&"a.example/","here")` gives `https://a.example/` and `here`. */
export function formulaStrings(formula: string): readonly string[] {
  const strings: string[] = [];
  const constant = /"((?:[^"]|"")*)"(\s*&\s*(?="))?/g;
  let joined = '';
  for (let match = constant.exec(formula); match !== null; match = constant.exec(formula)) {
    joined += (match[1] ?? '').replaceAll('""', '"');
    if (match[2] !== undefined) continue;
    strings.push(joined);
    joined = '';
  }
  if (joined !== '') strings.push(joined);
  return strings;
}
