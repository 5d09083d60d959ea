import type { TokenizerCallbacks } from 'htmlparser2';
import { classStyles, isDark, isDarkBackground, pixelsOf } from './cell-colours.js';
import { type PlacedBox, placedBox } from './placed-boxes.js';

const maxCells = 60_000;
/** A single one is a frame around other cells, or a separator. */
const minCellsOfRow = 3;
/** A cell larger than that is no module. */
const maxCellPixels = 80;
const maxSpan = 1600;
/** Columns of the smallest code (Micro QR). */
const minSquare = 11;

export interface Cell {
  readonly dark: boolean;
  /** Columns of the table. */
  readonly span: number;
  readonly width: number | null;
}

export interface Row {
  readonly cells: readonly Cell[];
  readonly height: number | null;
}

const cellTags: ReadonlySet<string> = new Set(['td', 'th']);
/** These make a row of a picture only where they are coloured and have a width. */
const blockTags: ReadonlySet<string> = new Set(['div', 'span', 'i', 'b', 'p', 's', 'u', 'a', 'em', 'font', 'li']);
const wanted: ReadonlySet<string> = new Set(['bgcolor', 'style', 'class', 'width', 'height', 'colspan']);

/** Gathers the coloured cells of a document, row by row; it is the tokenizer's set of callbacks itself. */
export class CellWalk implements TokenizerCallbacks {
  readonly rows: Row[] = [];
  /** Blocks that stand where their style says. */
  readonly placed: PlacedBox[] = [];
  readonly #html: string;
  #tag = '';
  #attribute = '';
  #attributes: Record<string, string> = {};
  #styles: ReadonlyMap<string, string> = new Map();
  #inStyle = false;
  #cells: Cell[] = [];
  #height: number | null = null;
  #rowDark = false;
  /** The element that was opened last was a cell: its end ends no row. */
  #openCells = 0;
  /** The block that was opened last is a cell, and still open. */
  #inCell = false;
  /** Of what the blocks stand in: those that have no room go on in the next row. */
  #frameWidth = Number.POSITIVE_INFINITY;
  #rowWidth = 0;
  #left = maxCells;

  constructor(html: string) {
    this.#html = html;
  }

  finish(): void {
    this.#endRow();
  }

  onopentagname(start: number, end: number): void {
    this.#tag = this.#html.slice(start, end).toLowerCase();
    this.#attributes = {};
  }

  onattribname(start: number, end: number): void {
    this.#attribute = this.#html.slice(start, end).toLowerCase();
  }

  onattribdata(start: number, end: number): void {
    if (wanted.has(this.#attribute))
      this.#attributes[this.#attribute] = this.#html.slice(start, Math.min(end, start + 500));
  }

  onopentagend(): void {
    const tag = this.#tag;
    this.#inStyle = tag === 'style';
    if (tag === 'br') this.#endRow();
    else if (tag === 'tr' || tag === 'table') {
      this.#endRow();
      if (tag === 'tr') this.#startRow();
    } else if (cellTags.has(tag)) this.#addCell(this.#colour() ?? this.#rowDark);
    else if (blockTags.has(tag)) this.#openBlock();
  }

  onselfclosingtag(): void {
    this.onopentagend();
  }

  onclosetag(start: number, end: number): void {
    const tag = this.#html.slice(start, end).toLowerCase();
    this.#inCell = false;
    if (tag === 'tr' || tag === 'table') this.#endRow();
    else if (!blockTags.has(tag)) return;
    else if (this.#openCells > 0) this.#openCells -= 1;
    else if (tag === 'div' || tag === 'p' || tag === 'li') {
      this.#endRow();
      this.#frameWidth = Number.POSITIVE_INFINITY;
    }
  }

  ontext(start: number, end: number): void {
    if (this.#inStyle) this.#styles = new Map([...this.#styles, ...classStyles(this.#html.slice(start, end))]);
    this.#inStyle = false;
  }

  onattribend(): void {}
  onattribentity(): void {}
  ontextentity(): void {}
  oncdata(): void {}
  oncomment(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}
  onend(): void {}

  #openBlock(): void {
    if (this.#place()) return;
    const width = this.#size('width');
    const colour = this.#colour();
    const isCell = width !== null && width <= maxCellPixels && (colour !== null || this.#cells.length > 0);
    if (isCell) {
      this.#startCell(width);
      this.#addCell(colour === true);
      this.#openCells += 1;
      this.#inCell = true;
    } else if (width !== null && width > maxCellPixels) {
      this.#endRow();
      this.#frameWidth = width;
    } else if (this.#openCells > 0) this.#openCells += 1;
    else if (this.#tag === 'div' || this.#tag === 'p') this.#endRow();
  }

  /** An element that is put somewhere is no cell of a row. */
  #place(): boolean {
    const box = placedBox(this.#style());
    if (box === null || this.#left === 0) return false;
    this.#left -= 1;
    this.placed.push(box);
    return true;
  }

  #startCell(width: number): void {
    // The one around it is a frame, and no cell.
    const frame = this.#inCell ? this.#cells.pop() : undefined;
    if (frame !== undefined) {
      this.#endRow();
      this.#frameWidth = frame.width ?? Number.POSITIVE_INFINITY;
    }
    const clears = /(?:^|[;\s])clear\s*:\s*(?:both|left)/i.test(this.#style());
    if (clears || this.#rowWidth + width > this.#frameWidth + 0.5) this.#endRow();
    this.#rowWidth += width;
  }

  #startRow(): void {
    this.#rowDark = this.#colour() === true;
    this.#height = this.#size('height');
  }

  #addCell(dark: boolean): void {
    if (this.#left === 0) return;
    this.#left -= 1;
    const span = Math.min(maxSpan, Math.max(1, Number.parseInt(this.#attributes.colspan ?? '1', 10) || 1));
    this.#cells.push({ dark, span, width: this.#size('width') });
    this.#height ??= this.#size('height');
  }

  #endRow(): void {
    if (this.#cells.length >= minCellsOfRow) this.rows.push(...squared({ cells: this.#cells, height: this.#height }));
    this.#cells = [];
    this.#height = null;
    this.#rowDark = false;
    this.#openCells = 0;
    this.#rowWidth = 0;
  }

  #style(): string {
    const { class: names = '', style = '' } = this.#attributes;
    if (names === '' || this.#styles.size === 0) return style;
    const fromClasses = names.split(/\s+/, 5).map((name) => this.#styles.get(name) ?? '');
    return `${style};${fromClasses.join(';')}`;
  }

  #colour(): boolean | null {
    return (
      isDarkBackground(this.#style()) ??
      (this.#attributes.bgcolor === undefined ? null : isDark(this.#attributes.bgcolor))
    );
  }

  #size(side: 'width' | 'height'): number | null {
    const fromStyle = pixelsOf(this.#style(), side);
    if (fromStyle !== null) return fromStyle;
    const value = /^\s*(\d{1,4})(?:px)?\s*$/.exec(this.#attributes[side] ?? '')?.[1];
    return value === undefined ? null : Number(value);
  }
}

/** Blocks that go on in the next row without a word of how many have room: a code has as many rows as columns. */
function squared(row: Row): readonly Row[] {
  const side = Math.sqrt(row.cells.length);
  if (!Number.isInteger(side) || side < minSquare || row.cells.some(({ width }) => width !== row.cells[0]?.width))
    return [row];
  return Array.from({ length: side }, (_, index) => ({
    cells: row.cells.slice(index * side, (index + 1) * side),
    height: row.height,
  }));
}
