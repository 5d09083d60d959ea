import { Parser } from 'htmlparser2';
import { detached } from '../../text/detached.js';

/** Characters that entities of entities may still stand for: within a few lines they grow beyond all measure. */
export interface EntityWork {
  left: number;
}

/** For all documents of a mail: a sender can send as many as there are parts. */
export function mailEntityWork(): EntityWork {
  return { left: 1024 * 1024 };
}

const maxDepth = 16;
const maxSubsetChars = 256 * 1024;
const maxEntities = 10_000;

const declaration =
  /<!--[\s\S]*?(?:-->|$)|<\?[\s\S]*?(?:\?>|$)|<!ENTITY\s+(%\s+)?([^\s%"'<>]+)\s+(?:"([^"]*)"|'([^']*)')\s*>|<!ATTLIST\s+([^\s"'<>]+)\s((?:"[^"]*"|'[^']*'|[^"'<>])*)>|%([^\s;%<>]+);/g;
const attributeDefault = /(?<![^\s"'<>])([^\s"'<>]+)\s+(?:[A-Z]+|\([^()]*\))\s+(?:#FIXED\s+)?(?:"([^"]*)"|'([^']*)')/g;
const entityReference = /&([^\s&;#<>"']{1,100});/g;
const reference = /&(?:#x[0-9a-f]{1,8}|#\d{1,8}|[a-z][a-z0-9]{0,31});/gi;

/** What the document type of an XML document declares within itself; what it has elsewhere is never fetched. */
export class XmlEntities {
  /** Elements with the attributes that they have unless they say otherwise. */
  readonly defaults: string;
  cut = false;
  readonly #texts = new Map<string, string>();
  readonly #parameters = new Map<string, string>();
  readonly #work: EntityWork;

  constructor(subset: string, work: EntityWork) {
    this.#work = work;
    if (subset.length > maxSubsetChars) this.cut = true;
    const defaults: string[] = [];
    this.#declare(subset.slice(0, maxSubsetChars), defaults, 0);
    this.defaults = defaults.join('');
  }

  /** With what the references to entities stand for, which may be markup. References to characters stay. */
  expanded(text: string, depth = 0): string {
    if (!text.includes('&') || this.#texts.size === 0) return text;
    return text.replaceAll(entityReference, (whole, name: string) => {
      const value = this.#texts.get(name);
      if (value === undefined) return whole;
      if (depth >= maxDepth || value.length > this.#work.left) {
        this.cut = true;
        return '';
      }
      this.#work.left -= value.length;
      return this.expanded(value, depth + 1);
    });
  }

  #declare(subset: string, defaults: string[], depth: number): void {
    for (const match of subset.matchAll(declaration)) {
      const [, parameter, name, double, single, element, attributes, included] = match;
      if (name !== undefined)
        this.#add(parameter === undefined ? this.#texts : this.#parameters, name, double ?? single ?? '');
      else if (element !== undefined)
        for (const [, attribute, one, other] of (attributes ?? '').matchAll(attributeDefault))
          defaults.push(
            `<${element} ${attribute}="${this.expanded(one ?? other ?? '').replaceAll('"', '&quot;')}"></${element}>`,
          );
      else if (included !== undefined) this.#include(included, defaults, depth);
    }
  }

  #include(name: string, defaults: string[], depth: number): void {
    const text = this.#parameters.get(name) ?? '';
    if (depth >= maxDepth || text.length > this.#work.left) this.cut = true;
    else {
      this.#work.left -= text.length;
      this.#declare(text, defaults, depth + 1);
    }
  }

  /** The first declaration counts (XML 1.0 §4.2). */
  #add(entities: Map<string, string>, name: string, value: string): void {
    if (entities.size >= maxEntities) this.cut = true;
    else if (!entities.has(name)) entities.set(name, value.replaceAll(/&#(?:x[0-9a-f]{1,8}|\d{1,8});/gi, characters));
  }
}

/** With the characters that references stand for: those of HTML, which browsers know in XHTML too. */
export function withCharacters(text: string): string {
  return text.includes('&') ? text.replaceAll(reference, characters) : text;
}

const known = new Map<string, string>();

function characters(written: string): string {
  const before = known.get(written);
  if (before !== undefined) return before;
  const own = detached(written);
  let text = '';
  const parser = new Parser({
    ontext(data) {
      text += data;
    },
  });
  parser.end(own);
  if (known.size < 1000) known.set(own, text);
  return text;
}
