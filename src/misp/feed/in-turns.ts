import { setImmediate } from 'node:timers/promises';

/** So many small steps, of some microseconds each, make no long pause for everybody else. */
const stepsPerTurn = 500;
const charactersPerPiece = 256 * 1024;

/** Each of these, with a turn for the event loop every few hundred: heartbeats and the folder's lock need it. */
export async function* inTurns<T>(items: Iterable<T>): AsyncGenerator<T> {
  let steps = 0;
  for (const item of items) {
    steps += 1;
    if (steps % stepsPerTurn === 0) await setImmediate();
    yield item;
  }
}

/** The lines of a text, without their ends; what follows the last end counts as one. */
export function* linesOf(text: string): Generator<string> {
  let start = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
    yield text.slice(start, end);
    start = end + 1;
  }
  yield text.slice(start);
}

/** Many short texts as fewer long ones, to be written each by itself. */
export function* inPieces(texts: Iterable<string>): Generator<string> {
  let piece = '';
  for (const text of texts) {
    piece += text;
    if (piece.length < charactersPerPiece) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
