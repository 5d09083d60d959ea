const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

const voidTags = words(
  'area base basefont bgsound br col embed frame hr image img input keygen link meta param source track wbr',
);
/** They are there once, whatever tags say. */
const singleTags = words('html head body frameset');
/** These end SVG and MathML where they begin (HTML Standard §13.2.6.5). */
const breakoutTags = words(
  'b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta nobr ol p pre ruby s small span strong strike sub sup table tt u ul var',
);
const mathTextTags = words('mi mo mn ms mtext');
const svgHtmlTags = words('foreignobject desc title');
const formattingTags = words('a b big code em font i nobr s small strike strong tt u');
const tableTags = words('table caption tbody tfoot thead tr td th');
const blockTags = words(
  'address applet article aside blockquote button center dd details dialog dir div dl dt fieldset figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup li listing main marquee menu nav object ol p pre search section summary ul',
);
const scopeTags = words('applet caption table td th marquee object template');
const specialTags = new Set([
  ...blockTags,
  ...scopeTags,
  ...tableTags,
  ...words('colgroup form iframe noembed noframes noscript plaintext script select style template textarea title xmp'),
]);

/** So deep is an element sought that a tag ends; more would take time that grows with the square of the depth. */
const maxSteps = 500;

interface Element {
  readonly name: string;
  readonly space: 'html' | 'svg' | 'math';
  /** HTML may stand in it, though it is none itself. */
  readonly holdsHtml: boolean;
}

export interface StartTag {
  readonly name: string;
  /** It ends with `/>`. */
  readonly closed: boolean;
  /** It has an attribute that only `<font>` of HTML has: `color`, `face` or `size`. */
  readonly fontAttribute: boolean;
  /** Its attribute `encoding`. */
  readonly encoding: string;
}

/**
 * Which elements are open, as far as it decides where SVG and MathML end and HTML goes on (HTML Standard §13.2.4.2):
 * there `<style>` and `<title>` are elements like all others, and a reader that takes what follows for a style sheet
 * misses the links in it. Only documents with `<svg` or `<math` need it.
 */
export class OpenElements {
  readonly #open: Element[] = [];

  get depth(): number {
    return this.#open.length;
  }

  /** Whether the next start tag is read by the rules of SVG or MathML. */
  get foreign(): boolean {
    const current = this.#open.at(-1);
    return current !== undefined && current.space !== 'html' && !current.holdsHtml;
  }

  /** Whether `<![CDATA[` begins text. */
  get cdata(): boolean {
    return (this.#open.at(-1)?.space ?? 'html') !== 'html';
  }

  get inSvg(): boolean {
    return this.#open.at(-1)?.space === 'svg';
  }

  start(tag: StartTag): void {
    const current = this.#open.at(-1);
    if (current === undefined || !isForeignFor(current, tag.name)) this.#startHtml(tag);
    else if (breakoutTags.has(tag.name) || (tag.name === 'font' && tag.fontAttribute)) {
      this.#endForeign();
      this.#startHtml(tag);
    } else if (!tag.closed) this.#open.push(foreignElement(tag, current.space));
  }

  end(name: string): void {
    if (this.cdata && (name === 'p' || name === 'br')) this.#endForeign();
    const last = this.#open.length - 1;
    for (let index = last; index >= 0 && index > last - maxSteps; index--) {
      const element = this.#open[index];
      if (element === undefined || element.space === 'html') break;
      if (element.name === name) {
        this.#open.length = index;
        return;
      }
    }
    this.#endHtml(name);
  }

  #startHtml({ name, closed }: StartTag): void {
    if (name === 'svg' || name === 'math') {
      if (!closed) this.#open.push({ name, space: name, holdsHtml: false });
    } else if (!voidTags.has(name) && !singleTags.has(name)) this.#open.push({ name, space: 'html', holdsHtml: false });
  }

  #endForeign(): void {
    while (this.foreign) this.#open.pop();
  }

  #endHtml(name: string): void {
    if (singleTags.has(name)) return;
    const at = this.#indexOf(name);
    if (at < 0) return;
    if (name === 'form') this.#open.splice(at, 1);
    else if (formattingTags.has(name)) {
      // What the adoption agency algorithm comes to: blocks within a formatting element outlive it.
      const [, ...within] = this.#open.splice(at);
      this.#open.push(...within.filter(isSpecial));
    } else this.#open.length = at;
  }

  #indexOf(name: string): number {
    const last = this.#open.length - 1;
    for (let index = last; index >= 0 && index > last - maxSteps; index--) {
      const element = this.#open[index];
      if (element === undefined || (element.space === 'html' && element.name === name)) return index;
      if (hidesFrom(element, name)) return -1;
    }
    return -1;
  }
}

/** Whether an end tag does not reach beyond the element. */
function hidesFrom(element: Element, name: string): boolean {
  const { name: own, space, holdsHtml } = element;
  if (tableTags.has(name)) return space === 'html' && (own === 'table' || own === 'template');
  if (space !== 'html') return holdsHtml || own === 'annotation-xml';
  if (name === 'li' && (own === 'ol' || own === 'ul')) return true;
  if (name === 'p' && own === 'button') return true;
  const scoped = blockTags.has(name) || formattingTags.has(name) || name === 'form';
  return scoped ? scopeTags.has(own) : specialTags.has(own);
}

function isSpecial({ name, space, holdsHtml }: Element): boolean {
  return space === 'html' ? specialTags.has(name) : holdsHtml || name === 'annotation-xml';
}

function isForeignFor(current: Element, name: string): boolean {
  if (current.space === 'html') return false;
  if (current.space === 'math' && mathTextTags.has(current.name)) return name === 'mglyph' || name === 'malignmark';
  if (current.name === 'annotation-xml' && name === 'svg') return false;
  return !current.holdsHtml;
}

function foreignElement({ name, encoding }: StartTag, space: Element['space']): Element {
  const annotation = name === 'annotation-xml' && /^(?:text\/html|application\/xhtml\+xml)$/i.test(encoding);
  const holdsHtml = space === 'svg' ? svgHtmlTags.has(name) : annotation || mathTextTags.has(name);
  return { name, space, holdsHtml };
}
