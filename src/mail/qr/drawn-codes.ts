import type { ReadHtml } from '../search-text.js';
import { blockImages, mayHoldBlocks } from './block-text.js';
import { cellImages, mayHoldCells } from './cell-images.js';
import { dataImage } from './data-images.js';
import type { GrayImage } from './gray-image.js';
import { svgBudget, svgImages } from './svg-images.js';

/** An image that stands in a text: drawn with its characters or elements, or as a `data:` URL. */
export interface Drawing {
  /** Of the text. */
  readonly part: string;
  readonly image: GrayImage | Buffer;
}

const svgLink = /^\s*data:\s*image\/svg\b/i;
const maxDrawn = 20;
const maxDataImages = 60;
const maxDataChars = 12 * 1024 * 1024;
const maxDataBytes = 16 * 1024 * 1024;

/**
 * Gathers what may be codes from the texts of a mail while those are read. Whether they are is found out later, when
 * everything that is quick has been done.
 */
export class DrawnCodes {
  /** There was more than is gathered. */
  cut = false;
  readonly #waiting: Drawing[] = [];
  readonly #svgBudget = svgBudget();
  #drawnLeft = maxDrawn;
  #dataImagesLeft = maxDataImages;
  #bytesLeft = maxDataBytes;

  /** @param html where the text is an HTML document */
  take(source: string, html: ReadHtml | undefined, part: string | null): void {
    if (part === null) return;
    const text = html?.text ?? source;
    if (mayHoldBlocks(text)) this.#addDrawn(blockImages(text, this.#drawnLeft + 1), part);
    if (html === undefined) return;
    if (mayHoldCells(source)) this.#addDrawn(cellImages(source, this.#drawnLeft + 1), part);
    if (/<(?:svg:)?svg[\s>]/i.test(source)) this.#addSvg(source, part);
    for (const link of html.links) this.#addData(link, part);
  }

  next(): Drawing | undefined {
    return this.#waiting.shift();
  }

  #addDrawn(images: readonly GrayImage[], part: string): void {
    if (images.length > this.#drawnLeft) this.cut = true;
    for (const image of images.slice(0, this.#drawnLeft)) this.#waiting.push({ part, image });
    this.#drawnLeft = Math.max(0, this.#drawnLeft - images.length);
  }

  #addSvg(document: string, part: string): void {
    const { images, cut } = svgImages(document, this.#svgBudget);
    if (cut) this.cut = true;
    this.#addDrawn(images, part);
  }

  #addData(link: string, part: string): void {
    const image = dataImage(link, maxDataChars);
    if (image === null) return;
    if (svgLink.test(link.slice(0, 100))) {
      this.#addSvg(image.toString(), part);
      return;
    }
    if (this.#dataImagesLeft === 0 || image.length > this.#bytesLeft) {
      this.cut = true;
      return;
    }
    this.#dataImagesLeft -= 1;
    this.#bytesLeft -= image.length;
    this.#waiting.push({ part, image });
  }
}
