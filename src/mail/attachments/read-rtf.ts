import { decodeCharset } from '../decode-text.js';
import { charsetOfCodePage } from './code-pages.js';
import { type Destination, destinations, symbols } from './rtf-words.js';

export interface ReadRtf {
  /** What is shown, roughly; the HTML itself where the RTF is an envelope around it (MS-OXRTFEX). */
  readonly text: string;
  readonly html: boolean;
  /** Codes of fields: `HYPERLINK "https://a.example/"`. */
  readonly fields: readonly string[];
  /** What the document loads when it is opened: its template. */
  readonly templates: readonly string[];
  /** Targets that belong to shapes and other marks. */
  readonly targets: readonly string[];
  /** Data of embedded objects. */
  readonly objects: readonly Buffer[];
  /** There was more of it than the limit. */
  readonly cut: boolean;
}

const maxGroups = 5000;
const maxTextChars = 16 * 1024 * 1024;
const maxCollected = 2000;
const maxCollectedChars = 64 * 1024;
const maxObjectBytes = 8 * 1024 * 1024;
const maxObjects = 50;

interface Group {
  readonly destination: Destination;
  /** Skipped characters after one given by its number. */
  unicodeSkip: number;
  /** Only for programs that know RTF and no HTML. */
  rtfOnly: boolean;
}

/** Reads RTF in one pass, token by token: whatever is not closed, escaped or known, it goes on. */
export function readRtf(bytes: Buffer): ReadRtf {
  return new RtfReader(bytes).run();
}

class RtfReader {
  readonly #source: string;
  readonly #html: boolean;
  readonly #groups: Group[] = [];
  #group: Group = { destination: 'text', unicodeSkip: 1, rtfOnly: false };
  /** Groups beyond the limit, which have no place of their own. */
  #uncounted = 0;
  readonly #pieces: string[] = [];
  #textChars = 0;
  #collected = '';
  #hex = '';
  /** Bytes of a character set, until a character that is none of them. */
  #encoded: number[] = [];
  #charset: string | null = 'windows-1252';
  #toSkip = 0;
  #ignorable = false;
  #cut = false;
  readonly #fields: string[] = [];
  readonly #templates: string[] = [];
  readonly #targets: string[] = [];
  readonly #objects: Buffer[] = [];

  constructor(bytes: Buffer) {
    this.#source = bytes.toString('latin1');
    this.#html = /\\fromhtml/.test(this.#source.slice(0, 2000));
  }

  run(): ReadRtf {
    const token = /\\(?:([a-z]{1,32})(-?\d{1,10})? ?|'([0-9a-f]{2})|([^a-z]))|[{}]|[^\\{}]+/gis;
    for (let match = token.exec(this.#source); match !== null; match = token.exec(this.#source)) {
      const [all, word, parameter, hex, symbol] = match;
      if (word !== undefined) {
        if (word.toLowerCase() === 'bin') {
          token.lastIndex += this.#binary(token.lastIndex, Number(parameter ?? 0));
          continue;
        }
        this.#word(word.toLowerCase(), parameter === undefined ? null : Number(parameter));
      } else if (hex !== undefined) this.#byte(Number.parseInt(hex, 16));
      else if (symbol !== undefined) this.#symbol(symbol);
      else if (all === '{') this.#open();
      else if (all === '}') this.#close();
      else this.#plain(all);
    }
    this.#flush();
    while (this.#groups.length > 0) this.#close();
    return {
      text: this.#pieces.join(''),
      html: this.#html,
      fields: this.#fields,
      templates: this.#templates,
      targets: this.#targets,
      objects: this.#objects,
      cut: this.#cut,
    };
  }

  #open(): void {
    this.#flush();
    this.#ignorable = false;
    if (this.#groups.length >= maxGroups) {
      this.#uncounted += 1;
      this.#cut = true;
      return;
    }
    this.#groups.push(this.#group);
    this.#group = { ...this.#group };
  }

  #close(): void {
    this.#flush();
    if (this.#uncounted > 0) {
      this.#uncounted -= 1;
      return;
    }
    const { destination } = this.#group;
    const around = this.#groups.pop();
    if (around === undefined) return;
    this.#group = around;
    if (around.destination !== destination) this.#endDestination(destination);
  }

  #endDestination(destination: Destination): void {
    if (destination === 'object') {
      const data = Buffer.from(this.#hex, 'hex');
      this.#hex = '';
      if (data.length === 0) return;
      if (this.#objects.length < maxObjects) this.#objects.push(data);
      else this.#cut = true;
      return;
    }
    if (destination === 'line') this.#add('\n');
    if (destination === 'field') this.#collect(this.#fields);
    if (destination === 'template') this.#collect(this.#templates);
    if (destination === 'target') this.#collect(this.#targets);
  }

  #collect(list: string[]): void {
    const value = this.#collected.trim();
    this.#collected = '';
    // Shapes have hundreds of numbers.
    if (!/[.:\\]/.test(value)) return;
    if (list.length < maxCollected) list.push(value);
    else this.#cut = true;
  }

  #word(word: string, parameter: number | null): void {
    this.#toSkip = 0;
    const ignorable = this.#ignorable;
    this.#ignorable = false;
    if (word === 'u' && parameter !== null) {
      this.#flush();
      this.#add(String.fromCharCode(parameter & 0xffff));
      this.#toSkip = this.#group.unicodeSkip;
    } else if (word === 'uc') this.#group.unicodeSkip = Math.max(0, Math.min(parameter ?? 1, 100));
    else if (word === 'ansicpg') this.#charset = charsetOfCodePage(parameter ?? 1252) ?? this.#charset;
    else if (word === 'htmlrtf') {
      this.#flush();
      this.#group.rtfOnly = this.#html && parameter !== 0;
    } else if (symbols.has(word)) this.#add(symbols.get(word) ?? '');
    else this.#enter(word, ignorable);
  }

  /** A destination counts for the rest of its group (Word 2007 RTF Specification, "Destinations"). */
  #enter(word: string, ignorable: boolean): void {
    const known = word === 'htmltag' ? (this.#html ? 'text' : 'skip') : destinations.get(word);
    // What programs may pass over without knowing it is passed over here too.
    const destination = known ?? (ignorable ? 'skip' : undefined);
    if (destination === undefined || this.#groups.length === 0) return;
    this.#flush();
    const { unicodeSkip, destination: before } = this.#group;
    // In an envelope, what stands outside of tags is text only where it is no other destination's.
    this.#group = { destination, unicodeSkip, rtfOnly: word === 'htmltag' ? false : this.#group.rtfOnly };
    if (before === destination) return;
    if (destination === 'object') this.#hex = '';
    else if (destination !== 'text' && destination !== 'skip') this.#collected = '';
  }

  #symbol(symbol: string): void {
    if (symbol === '*') this.#ignorable = true;
    else if (symbol === '\n' || symbol === '\r') this.#add('\n');
    else if (symbol === '~') this.#add(' ');
    else if (symbol === '_') this.#add('-');
    else if (symbol === '{' || symbol === '}' || symbol === '\\') this.#plain(symbol);
  }

  #byte(byte: number): void {
    if (this.#toSkip > 0) this.#toSkip -= 1;
    else this.#encoded.push(byte);
    if (this.#encoded.length > 8192) this.#flush();
  }

  #plain(raw: string): void {
    if (this.#group.destination === 'skip') return;
    const text = raw.replaceAll(/[\r\n]+/g, '');
    const skipped = Math.min(this.#toSkip, text.length);
    this.#toSkip -= skipped;
    const rest = text.slice(skipped);
    if (rest === '') return;
    // Second bytes of some character sets are ASCII and stand as they are.
    if (this.#encoded.length > 0 && this.#isMultiByte()) {
      this.#encoded.push(rest.charCodeAt(0));
      this.#flush();
      this.#add(latin(rest.slice(1), this.#charset));
    } else {
      this.#flush();
      this.#add(latin(rest, this.#charset));
    }
  }

  #isMultiByte(): boolean {
    return /^(?:shift_jis|gbk|big5|euc-kr|gb18030)$/.test(this.#charset ?? '') && this.#encoded.length % 2 === 1;
  }

  #flush(): void {
    if (this.#encoded.length === 0) return;
    const bytes = Buffer.from(this.#encoded);
    this.#encoded = [];
    this.#add(decodeCharset(bytes, this.#charset).text);
  }

  #add(text: string): void {
    const { destination, rtfOnly } = this.#group;
    if (rtfOnly || destination === 'skip') return;
    if (destination === 'object') {
      const hex = text.replaceAll(/[^0-9a-f]+/gi, '');
      if (this.#hex.length + hex.length <= maxObjectBytes * 2) this.#hex += hex;
      else this.#cut = true;
    } else if (destination === 'text' || destination === 'line') {
      if (this.#textChars + text.length > maxTextChars) this.#cut = true;
      else {
        this.#textChars += text.length;
        this.#pieces.push(text);
      }
    } else if (this.#collected.length < maxCollectedChars) this.#collected += text;
    else this.#cut = true;
  }

  /** @returns how many bytes are data */
  #binary(at: number, declared: number): number {
    const length = Math.max(0, Math.min(declared, this.#source.length - at));
    if (this.#group.destination === 'object')
      this.#add(Buffer.from(this.#source.slice(at, at + length), 'latin1').toString('hex'));
    return length;
  }
}

/** Bytes above ASCII that were not escaped. */
function latin(text: string, charset: string | null): string {
  return /[\x80-\xff]/.test(text) ? decodeCharset(Buffer.from(text, 'latin1'), charset).text : text;
}
