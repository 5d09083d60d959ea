import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { JsonPath } from './json-path.js';
import { type CutValue, ValueCutter } from './json-scanner.js';

export interface DocumentTaker {
  /** @param key that the `*` of the path stands for */
  record(value: CutValue, key: string | undefined): void;
  /** Each key that the `*` of the path stands for, before its records: an empty list has none. */
  starKey?(key: string): void;
}

/** A list or object on the way to the rows. */
interface Level {
  readonly kind: 'object' | 'list';
  /** How many keys of the path lead here; null beside the path. */
  readonly matched: number;
  state: 'first' | 'key' | 'colon' | 'value' | 'after';
  /** The keys of an object met so far, for a message. */
  readonly keys: string[];
}

/** What a value is cut out for. */
type Use = 'record' | 'key' | 'pass' | 'problem';

const mostKeys = 20;
const longestKey = 10_000;

/**
 * Walks through one JSON document along a path and cuts out the records of the list there. Only what is on the way is
 * looked at; a record is taken by its brackets and strings, and parsed by who takes it. So a document of any size needs
 * the memory of one record.
 */
export class JsonDocument {
  readonly #taker: DocumentTaker;
  readonly #maxRecordChars: number;
  readonly #file: string;
  readonly #path: JsonPath;
  readonly #levels: Level[] = [];
  #cutter: ValueCutter | undefined;
  #use: Use = 'pass';
  #key: string | undefined;
  #starKey: string | undefined;
  /** The innermost object that lacks the key of the path. */
  #missed: Level | undefined;
  #done = false;
  #reached = false;
  /** The line of the place in the text up to which line breaks were counted. */
  #line = 1;
  #counted = 0;
  #text = '';
  #recordLine = 1;

  constructor(path: JsonPath, maxRecordChars: number, file: string, taker: DocumentTaker) {
    this.#path = path;
    this.#maxRecordChars = maxRecordChars;
    this.#file = file;
    this.#taker = taker;
  }

  read(text: string): void {
    this.#text = text;
    let at = 0;
    while (at < text.length) at = this.#cutter === undefined ? this.#step(text, at) : this.#cut(text, at);
    this.#lineAt(text.length);
    this.#counted = 0;
  }

  /** @throws LW_FEED_TRUNCATED in the middle of the document, LW_FEED_FORMAT where the path leads nowhere */
  end(): void {
    // A number or word at the top has no end of its own.
    this.read(' ');
    if (this.#done) return;
    const record = this.#use === 'record' ? this.#cutter?.value : undefined;
    const where = `${this.#file}, line ${record === undefined ? this.#line : this.#recordLine}`;
    if (record !== undefined && isBrokenBeforeItsEnd(record)) {
      throw new LurewatchError('LW_FEED_FORMAT', 'the record that begins here is no JSON, and nothing shows its end', {
        where,
      });
    }
    const what = record === undefined ? '' : ' of the record that begins here';
    throw new LurewatchError('LW_FEED_TRUNCATED', `the JSON document ends in the middle${what}`, { where });
  }

  #step(text: string, at: number): number {
    const character = text[at] ?? '';
    if (character === ' ' || character === '\n' || character === '\r' || character === '\t') return at + 1;
    const level = this.#levels.at(-1);
    if (level === undefined) {
      if (this.#done) throw this.#broken(at, 'there is more after its end; is it JSON Lines (`kind: jsonl`)');
      return this.#value(character, at, 0);
    }
    return level.kind === 'object' ? this.#inObject(level, character, at) : this.#inList(level, character, at);
  }

  #inObject(level: Level, character: string, at: number): number {
    switch (level.state) {
      case 'first':
      case 'key':
        if (character === '}' && level.state === 'first') return this.#leave(at);
        if (character !== '"') throw this.#broken(at, `a key was expected, not ${JSON.stringify(character)}`);
        level.state = 'colon';
        this.#start('key', character, longestKey);
        return at;
      case 'colon':
        if (character !== ':') throw this.#broken(at, `":" was expected, not ${JSON.stringify(character)}`);
        level.state = 'value';
        return at + 1;
      case 'value': {
        level.state = 'after';
        const wanted = this.#path[level.matched];
        if (wanted === '*') this.#gotStarKey(this.#key ?? '');
        const onPath = wanted === '*' || wanted === this.#key;
        return onPath ? this.#value(character, at, level.matched + 1) : this.#pass(character, at);
      }
      case 'after':
        return this.#next(level, character, at, '}');
    }
  }

  #inList(level: Level, character: string, at: number): number {
    if (level.state === 'after') return this.#next(level, character, at, ']');
    if (character === ']' && level.state === 'first') return this.#leave(at);
    level.state = 'after';
    this.#startValue('record', character, at, this.#maxRecordChars);
    return at;
  }

  #next(level: Level, character: string, at: number, close: string): number {
    if (character === close) return this.#leave(at);
    if (character !== ',') throw this.#broken(at, `"," or "${close}" was expected, not ${JSON.stringify(character)}`);
    level.state = level.kind === 'object' ? 'key' : 'value';
    return at + 1;
  }

  /** A value to which the first `matched` keys of the path lead. */
  #value(character: string, at: number, matched: number): number {
    const arrived = matched === this.#path.length;
    if (arrived) this.#reached = true;
    if (arrived && character === '[') return this.#enter('list', matched, at);
    if (!arrived && character === '{') return this.#enter('object', matched, at);
    if (character === '[') throw this.#broken(at, `a list stands where the key ${this.#path[matched]} was expected`);
    // Below `*` any value is a row: an object may well lead from indicators to words.
    const isRecord = arrived && (character === '{' || this.#path.at(-1) === '*');
    this.#startValue(isRecord ? 'record' : 'problem', character, at, this.#maxRecordChars);
    return at;
  }

  #pass(character: string, at: number): number {
    this.#startValue('pass', character, at, 0);
    return at;
  }

  #enter(kind: Level['kind'], matched: number, at: number): number {
    if (this.#path[matched] === '*') this.#reached = true;
    this.#levels.push({ kind, matched, state: 'first', keys: [] });
    return at + 1;
  }

  #leave(at: number): number {
    const level = this.#levels.pop();
    if (!this.#reached && level !== undefined) this.#missed ??= level;
    if (this.#levels.length > 0) return at + 1;
    this.#done = true;
    if (!this.#reached) throw this.#broken(at, this.#nothingThere());
    return at + 1;
  }

  #nothingThere(): string {
    const { matched, keys } = this.#missed ?? { matched: 0, keys: [] };
    const place = matched === 0 ? 'the document' : this.#path.slice(0, matched).join('.');
    const found = keys.length === 0 ? 'is empty' : `has the keys ${keys.map((key) => JSON.stringify(key)).join(', ')}`;
    return `nothing is at ${this.#path.join('.')}; ${place} ${found}`;
  }

  #startValue(use: Use, character: string, at: number, maxChars: number): void {
    if (!/[[{"\-0-9tfn]/.test(character)) {
      throw this.#broken(at, `a value was expected, not ${JSON.stringify(character)}`);
    }
    if (use === 'record') this.#recordLine = this.#lineAt(at);
    this.#start(use, character, maxChars);
  }

  #start(use: Use, character: string, maxChars: number): void {
    this.#use = use;
    this.#cutter = new ValueCutter(maxChars, character);
  }

  #cut(text: string, from: number): number {
    const cutter = this.#cutter;
    const end = cutter?.read(text, from) ?? -1;
    if (end < 0 || cutter === undefined) return text.length;
    this.#cutter = undefined;
    if (this.#levels.length === 0) this.#done = true;
    if (this.#use === 'key') this.#gotKey(cutter.value, end);
    else if (this.#use === 'record') this.#taker.record(cutter.value, this.#starKey);
    else if (this.#use === 'problem') this.#gotProblem(cutter.value, end);
    return end;
  }

  #gotKey(value: CutValue, at: number): void {
    if (value.tooLong) throw this.#broken(at, `a key has more than ${longestKey} characters`);
    this.#key = parsedKey(value.text);
    if (this.#key === undefined) throw this.#broken(at, 'a key is no JSON string');
    const level = this.#levels.at(-1);
    if (level !== undefined && level.keys.length < mostKeys) level.keys.push(this.#key);
  }

  #gotStarKey(key: string): void {
    this.#starKey = key;
    this.#taker.starKey?.(key);
  }

  /** The path leads to a value in which there can be no rows. Null is a list without any. */
  #gotProblem({ text }: CutValue, at: number): void {
    this.#reached = true;
    if (text === 'null') return;
    const place = this.#path.length === 0 ? 'the document' : this.#path.join('.');
    throw this.#broken(at, `${place} does not lead to a list but to ${text.slice(0, 200)}`);
  }

  /** Places are asked for in their order. */
  #lineAt(place: number): number {
    let at = this.#text.indexOf('\n', this.#counted);
    for (; at >= 0 && at < place; at = this.#text.indexOf('\n', at + 1)) this.#line += 1;
    this.#counted = Math.max(this.#counted, place);
    return this.#line;
  }

  #broken(at: number, what: string): LurewatchError {
    return new LurewatchError('LW_FEED_FORMAT', `the JSON document cannot be read on: ${what}`, {
      where: `${this.#file}, line ${this.#lineAt(at)}`,
    });
  }
}

function parsedKey(text: string): string | undefined {
  try {
    const key: unknown = JSON.parse(text);
    return typeof key === 'string' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** A quote that is missing makes text of brackets: the fault stands before the end of the file then. */
function isBrokenBeforeItsEnd({ text, tooLong }: CutValue): boolean {
  if (tooLong) return false;
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    const position = /at position (\d+)/.exec(String(error))?.[1];
    return position !== undefined && Number(position) < text.trimEnd().length;
  }
}
