import { Tokenizer } from 'htmlparser2';
import type { GrayImage } from './gray-image.js';
import { type SvgBudget, SvgWalk } from './svg-walk.js';

/** The largest code has 16,000 dark modules. */
export function svgBudget(): SvgBudget {
  return { drawings: 20, chars: 4_000_000, shapes: 30_000 };
}

/** A Micro QR code as one path is not shorter. */
const minChars = 300;
const begin = /<(?:svg:)?svg(?=[\s>])/gi;
const end = /<\/(?:svg:)?svg\s*>/gi;

/** What may be codes among the SVG of a document: inline in HTML, or the document itself. Linear. */
export function svgImages(
  document: string,
  budget: SvgBudget,
): { readonly images: readonly GrayImage[]; readonly cut: boolean } {
  const images: GrayImage[] = [];
  begin.lastIndex = 0;
  for (let found = begin.exec(document); found !== null; found = begin.exec(document)) {
    end.lastIndex = found.index;
    const to = end.exec(document) === null ? document.length : end.lastIndex;
    const svg = document.slice(found.index, to);
    begin.lastIndex = to;
    if (svg.length < minChars) continue;
    if (budget.drawings === 0 || svg.length > budget.chars) return { images, cut: true };
    budget.drawings -= 1;
    budget.chars -= svg.length;
    const image = drawn(svg, budget);
    if (budget.shapes <= 0) return { images, cut: true };
    if (image !== null) images.push(image);
  }
  return { images, cut: false };
}

function drawn(svg: string, budget: SvgBudget): GrayImage | null {
  const walk = new SvgWalk(svg, budget);
  const tokenizer = new Tokenizer({ decodeEntities: false, xmlMode: true }, walk);
  tokenizer.write(svg);
  tokenizer.end();
  return walk.image();
}
