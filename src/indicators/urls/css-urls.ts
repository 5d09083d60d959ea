/** Most style attributes load nothing, which is told quickly. */
export function mayLoad(css: string): boolean {
  return /[(@\\]/.test(css) && /url\(|@import|src\(|image(?:-set)?\(|\\/i.test(css);
}

/** Comments, strings, brackets, ends, and words that may have escapes (CSS Syntax §4.3); nothing else decides. */
const token = /\/\*|["'(){};]|(?:[-@\w\u0080-\uffff]|\\(?:[0-9a-f]{1,6}\s?|[^\n]))+\(?/gi;
const doubleQuoted = /((?:[^"\\\n\r\f]|\\[\s\S])*)"?/y;
const singleQuoted = /((?:[^'\\\n\r\f]|\\[\s\S])*)'?/y;
const unquoted = /\s*(?!["'\s])((?:[^"'()\\\s]|\\(?:[0-9a-f]{1,6}\s?|[^\n]))+)/iy;
/** Functions that load what a string in them names (CSS Values §4.5, CSS Images §2). */
const loading = /^(?:url|src|image|(?:-webkit-)?image-set)\($/;

/** What a style sheet or a `style` attribute loads: `url(…)`, `@import "…"`, `image-set("…")`. Linear. */
export function cssUrls(css: string): string[] {
  return mayLoad(css) ? new CssReader(css).urls() : [];
}

class CssReader {
  readonly #css: string;
  readonly #found: string[] = [];
  #at = 0;
  /** `@import` and the like, up to the end of it. */
  #rule = '';
  /** The functions around a place. */
  #functions: string[] = [];

  constructor(css: string) {
    this.#css = css;
  }

  urls(): string[] {
    const tokens = new RegExp(token);
    for (let match = tokens.exec(this.#css); match !== null; match = tokens.exec(this.#css)) {
      this.#at = tokens.lastIndex;
      this.#take(match[0]);
      tokens.lastIndex = this.#at;
    }
    return this.#found;
  }

  #take(sign: string): void {
    if (sign === '/*') {
      const end = this.#css.indexOf('*/', this.#at);
      this.#at = end < 0 ? this.#css.length : end + 2;
    } else if (sign === '"') this.#string(this.#read(doubleQuoted));
    else if (sign === "'") this.#string(this.#read(singleQuoted));
    else if (sign === ')') this.#functions.pop();
    else if (sign === '{' || sign === '}' || sign === ';') {
      this.#functions = [];
      this.#rule = '';
    } else this.#word(unescaped(sign).toLowerCase());
  }

  #word(word: string): void {
    if (word.startsWith('@')) this.#rule = word;
    if (!word.endsWith('(')) return;
    this.#functions.push(word);
    if (word === 'url(') this.#add(this.#read(unquoted));
  }

  #string(value: string): void {
    const { length } = this.#functions;
    if (length === 0 ? this.#rule === '@import' : loading.test(this.#functions[length - 1] ?? '')) this.#add(value);
  }

  #add(url: string): void {
    // A name, not an address.
    if (url !== '' && this.#rule !== '@namespace') this.#found.push(url);
  }

  #read(what: RegExp): string {
    what.lastIndex = this.#at;
    const [whole = '', value = ''] = what.exec(this.#css) ?? [];
    this.#at += whole.length;
    return unescaped(value);
  }
}

function unescaped(css: string): string {
  if (!css.includes('\\')) return css;
  return css.replaceAll(/\\(?:([0-9a-f]{1,6})\s?|([\s\S]))/gi, (_, code?: string, character?: string) => {
    if (code === undefined) return character === '\n' ? '' : (character ?? '');
    const point = Number.parseInt(code, 16);
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : '';
  });
}
