const number = /[\s,]*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)/iy;
const flag = /[\s,]*([01])/y;
const command = /[\s,]*([a-z])/iy;
/** How many numbers each command takes (SVG 2 §9.3). */
const counts: Readonly<Record<string, number>> = { m: 2, l: 2, h: 1, v: 1, c: 6, s: 4, q: 4, t: 2, a: 7, z: 0 };
const maxPoints = 200_000;

/**
 * The outlines of a path, as far as codes are drawn with them: curves are straight lines to their ends, arcs two of them.
 * Ends at the first mistake, as browsers do. Linear.
 */
export function pathPolygons(d: string): readonly (readonly number[])[] {
  const path = new PathReader(d);
  path.read();
  return path.polygons.filter(({ length }) => length >= 4);
}

class PathReader {
  readonly polygons: number[][] = [];
  readonly #d: string;
  #at = 0;
  #x = 0;
  #y = 0;
  #start: readonly [number, number] = [0, 0];
  #points = 0;

  constructor(d: string) {
    this.#d = d;
  }

  read(): void {
    for (let name = this.#next(command); name !== null; name = this.#next(command)) {
      const count = counts[name.toLowerCase()];
      if (count === undefined || !this.#repeat(name, count)) return;
    }
  }

  /** A command goes on as long as there are numbers (SVG 2 §9.3.2). */
  #repeat(name: string, count: number): boolean {
    if (count === 0) {
      [this.#x, this.#y] = this.#start;
      return true;
    }
    let current = name;
    for (let first = true; ; first = false) {
      const values = this.#values(name, count);
      if (values === null) return !first;
      this.#step(current, values);
      if (this.#points > maxPoints) return false;
      // More pairs behind a move are lines.
      if (current === 'm') current = 'l';
      if (current === 'M') current = 'L';
    }
  }

  #values(name: string, count: number): number[] | null {
    const values: number[] = [];
    for (let index = 0; index < count; index++) {
      const isFlag = (name === 'a' || name === 'A') && (index === 3 || index === 4);
      const found = this.#next(isFlag ? flag : number);
      if (found === null) return null;
      values.push(Number(found));
    }
    return values;
  }

  #step(name: string, values: readonly number[]): void {
    const [fromX, fromY] = [this.#x, this.#y];
    const lower = name.toLowerCase();
    const relative = name === lower;
    const [lastButOne, last] = [values.at(-2) ?? 0, values.at(-1) ?? 0];
    if (lower === 'h') this.#x = (relative ? fromX : 0) + last;
    else if (lower === 'v') this.#y = (relative ? fromY : 0) + last;
    else [this.#x, this.#y] = [(relative ? fromX : 0) + lastButOne, (relative ? fromY : 0) + last];
    if (lower === 'm') this.#start = [this.#x, this.#y];
    const polygon = lower === 'm' ? undefined : this.#polygon(fromX, fromY);
    if (lower === 'a') polygon?.push(...middleOfArc(fromX, fromY, this.#x, this.#y, values));
    polygon?.push(this.#x, this.#y);
    this.#points += 1;
  }

  /** The one that the line goes on; begun anew behind a move or an end. */
  #polygon(x: number, y: number): number[] {
    const last = this.polygons.at(-1);
    if (last !== undefined && last.at(-2) === x && last.at(-1) === y) return last;
    const begun = [x, y];
    this.polygons.push(begun);
    return begun;
  }

  #next(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#d)?.[1];
    if (found === undefined) return null;
    this.#at = pattern.lastIndex;
    return found;
  }
}

/** Half way along it, of a circle. */
function middleOfArc(fromX: number, fromY: number, x: number, y: number, values: readonly number[]): number[] {
  const [radius = 0, , , large = 0, sweep = 0] = values;
  const [wide, high] = [x - fromX, y - fromY];
  const chord = Math.hypot(wide, high);
  if (chord === 0) return [];
  const toCentre = Math.sqrt(Math.max(0, radius * radius - (chord * chord) / 4));
  const height = (Math.max(radius, chord / 2) + (large === 1 ? toCentre : -toCentre)) * (sweep === 1 ? 1 : -1);
  return [fromX + wide / 2 + (high / chord) * height, fromY + high / 2 - (wide / chord) * height];
}
