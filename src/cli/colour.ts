/** For a terminal that shows colours; https://no-color.org says how people switch them off. */
export type Paint = (text: string) => string;

export interface Colours {
  readonly red: Paint;
  readonly yellow: Paint;
  readonly dim: Paint;
}

const plain: Paint = (text) => text;

export function coloursFor(stream: { readonly isTTY?: boolean }, environment = process.env): Colours {
  const wanted = stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb';
  const paint = (code: number): Paint => (wanted ? (text) => `\x1b[${code}m${text}\x1b[0m` : plain);
  return { red: paint(31), yellow: paint(33), dim: paint(2) };
}
