/** What opens when a person clicks or sends; all others load by themselves. */
export const clickAttributes: ReadonlySet<string> = new Set(['href', 'xlink:href', 'action', 'formaction']);

/** Of SVG: they may hold `url(…)` as a style does. */
export const paintAttributes: ReadonlySet<string> = new Set(
  'clip-path cursor fill filter marker-end marker-mid marker-start mask stroke'.split(' '),
);

const linkAttributes: ReadonlySet<string> = new Set([
  ...clickAttributes,
  'archive',
  'background',
  'codebase',
  'data',
  'dynsrc',
  'imagesrcset',
  'lowsrc',
  'ping',
  'poster',
  'src',
  'srcset',
]);

/** Those, and attributes that hold a document or a style. */
export const wantedAttributes: ReadonlySet<string> = new Set([
  ...linkAttributes,
  ...paintAttributes,
  'srcdoc',
  'style',
]);

/** What else counts on some elements. */
export const elementAttributes: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['meta', new Set(['content', 'http-equiv'])],
  ['param', new Set(['value'])],
  ['input', new Set(['value'])],
  ['animate', new Set(['attributename', 'by', 'from', 'to', 'values'])],
  ['set', new Set(['attributename', 'to'])],
]);

/** Elements whose `href` loads something. */
export const embeddingTags: ReadonlySet<string> = new Set(['link', 'image', 'use', 'feimage', 'script']);

/** What `data:` URLs of them are, whatever type these name. */
export const loadedAs: ReadonlyMap<string, 'script' | 'style'> = new Map([
  ['script', 'script'],
  ['link', 'style'],
]);

/** Elements that open the base where their link is empty or only a fragment. */
export const reloadingTags: ReadonlySet<string> = new Set(['a', 'area', 'form', 'button', 'input']);

/** These do not interrupt a word: `exam<b>ple.com</b>` reads as one. */
export const inlineTags: ReadonlySet<string> = new Set(
  'abbr acronym b bdi bdo big code dfn em font i ins kbd label mark nobr o:p s samp small span strike strong sub sup tt u var wbr'.split(
    ' ',
  ),
);
