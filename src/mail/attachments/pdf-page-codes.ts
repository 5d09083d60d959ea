import type { getDocumentProxy } from 'unpdf';
import { luminance } from '../qr/gray-image.js';
import { findCodesInPixels } from './find-codes.js';
import { type Matrix, PageCanvas, type Picture, type Polygon, product } from './page-canvas.js';
import { polygonsOf, strokesOf } from './pdf-paths.js';
import { grayOf, pictureOf, stencilOf } from './pdf-pictures.js';
import type { Found } from './types.js';

type PdfPage = Awaited<ReturnType<Awaited<ReturnType<typeof getDocumentProxy>>['getPage']>>;

/** Numbers of PDF.js's operators by their names. */
export type Operators = Readonly<Record<string, number>>;

/** A Micro QR code has about as many runs of dark modules. */
const minShapes = 30;
/** Pictures in strips or modules; a single one is read by itself. */
const minPictures = 2;
/** Each is read in its own size; those beyond count as strips of one. */
const maxPictures = 40;
const pictureMs = 5000;
const unit: Matrix = [1, 0, 0, 1, 0, 0];
const unitSquare: Polygon = [0, 0, 1, 0, 1, 1, 0, 1];

/**
 * The codes of one page: in its images, and drawn with filled paths or with many small images. It is not rendered:
 * text, patterns, shadings and clipping are passed over.
 */
export async function findCodesOnPage(page: PdfPage, operators: Operators, part: string, found: Found): Promise<void> {
  const { fnArray, argsArray } = await page.getOperatorList();
  const painter = new PagePainter(new PageCanvas(page.view), operators, (name) => decodedPicture(page, name));
  for (const [index, operator] of fnArray.entries()) {
    if (index % 1000 === 0 && found.overdue()) {
      found.finding('images-cut');
      break;
    }
    const given: unknown = argsArray[index];
    await painter.take(operator, Array.isArray(given) ? given : []);
  }
  for (const picture of painter.pictures) await findCodesInPixels(grayOf(picture), part, found);
  const { canvas } = painter;
  if (canvas.shapes < minShapes && canvas.pictures < minPictures) return;
  const drawn = canvas.painted();
  if (drawn !== null) await findCodesInPixels(drawn, part, found);
}

/** Comes when it has been decoded; never for some damaged ones. */
async function decodedPicture(page: PdfPage, name: string): Promise<unknown> {
  const objects = name.startsWith('g_') ? page.commonObjs : page.objs;
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<unknown>((resolve) => {
      timer = setTimeout(() => resolve(null), pictureMs);
      objects.get(name, resolve);
    });
  } finally {
    clearTimeout(timer);
  }
}

interface State {
  readonly matrix: Matrix;
  readonly shade: number;
  readonly clear: boolean;
  readonly lineWidth: number;
}

class PagePainter {
  readonly canvas: PageCanvas;
  readonly pictures: Picture[] = [];
  readonly #names: ReadonlyMap<number, string>;
  readonly #objectOf: (name: string) => Promise<unknown>;
  readonly #known = new Map<string, unknown>();
  readonly #saved: State[] = [];
  /** The first picture: it is painted only where there is a second. */
  #first: (() => void) | undefined;
  #state: State = { matrix: unit, shade: 0, clear: false, lineWidth: 1 };

  constructor(canvas: PageCanvas, operators: Operators, objectOf: (name: string) => Promise<unknown>) {
    this.canvas = canvas;
    this.#names = new Map(Object.entries(operators).map(([name, number]) => [number, name]));
    this.#objectOf = objectOf;
  }

  async take(operator: number, args: readonly unknown[]): Promise<void> {
    const [first, second] = args;
    switch (this.#names.get(operator)) {
      case 'save':
        return this.#save();
      case 'restore':
      case 'paintFormXObjectEnd':
      case 'endAnnotation':
        return this.#restore();
      case 'transform':
        return this.#transform(args);
      case 'paintFormXObjectBegin':
        this.#save();
        return this.#transform(first);
      case 'beginAnnotation':
        this.#save();
        this.#transform(args[2]);
        return this.#transform(args[3]);
      case 'setLineWidth':
        if (typeof first === 'number') this.#state = { ...this.#state, lineWidth: first };
        return;
      case 'setFillRGBColor':
        this.#state = { ...this.#state, shade: shadeOf(first), clear: false };
        return;
      case 'setFillColorN':
        // A pattern: of which colour is not looked into.
        this.#state = { ...this.#state, shade: 0, clear: false };
        return;
      case 'setFillTransparent':
        this.#state = { ...this.#state, clear: true };
        return;
      case 'constructPath':
        return this.#path(first, second);
      case 'paintSolidColorImageMask':
        return this.#fill([unitSquare], false);
      case 'paintImageXObject':
        return this.#paint(pictureOf(await this.#object(first)), true);
      case 'paintInlineImageXObject':
        return this.#paint(pictureOf(first), true);
      case 'paintImageMaskXObject':
        return this.#paint(stencilOf(await this.#stencil(first), this.#state.shade), true);
      case 'paintImageXObjectRepeat':
        return this.#repeat(pictureOf(await this.#object(first)), [second, 0, 0, args[2]], args[3]);
      case 'paintImageMaskXObjectRepeat':
        return this.#repeat(
          stencilOf(await this.#stencil(first), this.#state.shade),
          [second, args[2], args[3], args[4]],
          args[5],
        );
      case 'paintImageMaskXObjectGroup':
        for (const image of Array.isArray(first) ? first : []) await this.#paintPlaced(image);
        return;
      default:
    }
  }

  #save(): void {
    if (this.#saved.length < 1000) this.#saved.push(this.#state);
  }

  #restore(): void {
    this.#state = this.#saved.pop() ?? this.#state;
  }

  #transform(value: unknown): void {
    const matrix = matrixOf(value);
    if (matrix !== null) this.#state = { ...this.#state, matrix: product(matrix, this.#state.matrix) };
  }

  #path(operator: unknown, paths: unknown): void {
    const name = typeof operator === 'number' ? (this.#names.get(operator) ?? '') : '';
    const data: unknown = Array.isArray(paths) ? paths[0] : null;
    if (!(data instanceof Float32Array)) return;
    if (/fill/i.test(name)) this.#fill(polygonsOf(data), /eofill/i.test(name));
    else if (/stroke/i.test(name)) this.#fill(strokesOf(polygonsOf(data), this.#state.lineWidth), false, 0);
  }

  #fill(polygons: readonly Polygon[], evenOdd: boolean, shade = this.#state.shade): void {
    if (!this.#state.clear && polygons.length > 0) this.canvas.fill(polygons, this.#state.matrix, shade, evenOdd);
  }

  #paint(picture: Picture | null, alone: boolean, matrix: Matrix = this.#state.matrix): void {
    if (picture === null) return;
    if (alone && this.pictures.length < maxPictures) this.pictures.push(picture);
    const paint = () => this.canvas.paint(picture, matrix);
    if (this.pictures.length === 1 && this.#first === undefined) {
      this.#first = paint;
      return;
    }
    if (this.canvas.pictures === 0) this.#first?.();
    paint();
  }

  #repeat(picture: Picture | null, scales: readonly unknown[], positions: unknown): void {
    if (!(positions instanceof Float32Array || Array.isArray(positions))) return;
    for (let at = 0; at + 1 < positions.length && at < 40_000; at += 2) {
      const matrix = matrixOf([...scales, positions[at], positions[at + 1]]);
      if (matrix !== null) this.#paint(picture, at === 0, product(matrix, this.#state.matrix));
    }
  }

  async #paintPlaced(image: unknown): Promise<void> {
    if (typeof image !== 'object' || image === null || !('transform' in image)) return;
    const matrix = matrixOf(image.transform);
    const stencil = stencilOf(await this.#stencil(image), this.#state.shade);
    if (matrix !== null) this.#paint(stencil, false, product(matrix, this.#state.matrix));
  }

  /** Its bytes stand in it, or the name of what has them. */
  async #stencil(value: unknown): Promise<unknown> {
    if (typeof value !== 'object' || value === null || !('data' in value)) return null;
    return typeof value.data === 'string' ? await this.#object(value.data) : value;
  }

  async #object(name: unknown): Promise<unknown> {
    if (typeof name !== 'string') return null;
    if (!this.#known.has(name)) this.#known.set(name, await this.#objectOf(name));
    return this.#known.get(name);
  }
}

function shadeOf(colour: unknown): number {
  const value = Number.parseInt(/^#([0-9a-f]{6})$/i.exec(String(colour))?.[1] ?? '0', 16);
  return luminance((value >> 16) & 255, (value >> 8) & 255, value & 255);
}

function matrixOf(value: unknown): Matrix | null {
  if (!Array.isArray(value) && !(value instanceof Float32Array)) return null;
  const [a, b, c, d, e, f] = Array.from(value, Number) as [number, number, number, number, number, number];
  return Number.isFinite(a + b + c + d + e + f) ? [a, b, c, d, e, f] : null;
}
