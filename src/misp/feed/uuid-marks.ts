const wordsEach = 4;
const dash = 0x2d;

/**
 * A byte of marks for each UUID, and a number in the order in which they came. Each takes 25 to 50 bytes,
 * beside the heap: less than its text alone. Nothing but a UUID in lower case is taken.
 */
export class UuidMarks {
  /** Of UUID number n the words from 4 n on. */
  #words = new Uint32Array(wordsEach * 1024);
  #marks = new Uint8Array(1024);
  /** Open addressing, at most half full: the number plus one, 0 where it is free. */
  #slots = new Uint32Array(2048);
  #size = 0;
  readonly #sought = new Uint32Array(wordsEach);

  get size(): number {
    return this.#size;
  }

  mark(uuid: string, mark: number): void {
    if (!readWords(uuid, this.#sought)) return;
    const slot = this.#slotOf(this.#sought, 0);
    const taken = this.#slots[slot] ?? 0;
    this.markAt(taken === 0 ? this.#add(slot) : taken - 1, mark);
  }

  markAt(number: number, mark: number): void {
    this.#marks[number] = this.marksAt(number) | mark;
  }

  marksAt(number: number): number {
    return this.#marks[number] ?? 0;
  }

  /** Undefined where it has no mark. */
  numberOf(uuid: string): number | undefined {
    if (!readWords(uuid, this.#sought)) return undefined;
    const taken = this.#slots[this.#slotOf(this.#sought, 0)] ?? 0;
    return taken === 0 ? undefined : taken - 1;
  }

  uuidAt(number: number): string {
    const words = this.#words.subarray(wordsEach * number, wordsEach * (number + 1));
    const digits = Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('');
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }

  /** As the texts of the two compare. */
  compare(left: number, right: number): number {
    for (let word = 0; word < wordsEach; word += 1) {
      const difference = (this.#words[wordsEach * left + word] ?? 0) - (this.#words[wordsEach * right + word] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  #add(slot: number): number {
    const number = this.#size;
    this.#size += 1;
    this.#slots[slot] = this.#size;
    if (this.#size > this.#marks.length) {
      this.#words = enlarged(this.#words, new Uint32Array(2 * this.#words.length));
      this.#marks = enlarged(this.#marks, new Uint8Array(2 * this.#marks.length));
    }
    this.#words.set(this.#sought, wordsEach * number);
    if (2 * this.#size > this.#slots.length) this.#spread();
    return number;
  }

  #spread(): void {
    this.#slots = new Uint32Array(2 * this.#slots.length);
    for (let number = 0; number < this.#size; number += 1) {
      this.#slots[this.#slotOf(this.#words, wordsEach * number)] = number + 1;
    }
  }

  /** Where the UUID of these words is, or would be. */
  #slotOf(words: Uint32Array, from: number): number {
    const last = this.#slots.length - 1;
    for (let slot = mixed(words, from) & last; ; slot = (slot + 1) & last) {
      const taken = this.#slots[slot] ?? 0;
      if (taken === 0 || this.#isAt(taken - 1, words, from)) return slot;
    }
  }

  #isAt(number: number, words: Uint32Array, from: number): boolean {
    for (let word = 0; word < wordsEach; word += 1) {
      if (this.#words[wordsEach * number + word] !== words[from + word]) return false;
    }
    return true;
  }
}

function enlarged<Numbers extends Uint32Array | Uint8Array>(old: Numbers, larger: Numbers): Numbers {
  larger.set(old);
  return larger;
}

/** UUIDs of others may be counted up, so all their words decide. */
function mixed(words: Uint32Array, from: number): number {
  let mix = 0;
  for (let word = 0; word < wordsEach; word += 1) {
    mix = Math.imul(mix ^ (words[from + word] ?? 0), 0x9e3779b1);
    mix ^= mix >>> 15;
  }
  return mix;
}

/** Four words of eight digits each; false where the text is no UUID in lower case. */
function readWords(uuid: string, words: Uint32Array): boolean {
  if (uuid.length !== 36) return false;
  let word = 0;
  let digits = 0;
  for (let at = 0; at < 36; at += 1) {
    const code = uuid.charCodeAt(at);
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      if (code !== dash) return false;
      continue;
    }
    const digit = code >= 0x30 && code <= 0x39 ? code - 0x30 : code >= 0x61 && code <= 0x66 ? code - 0x57 : -1;
    if (digit < 0) return false;
    word = (word << 4) | digit;
    digits += 1;
    if (digits % 8 === 0) words[digits / 8 - 1] = word;
  }
  return true;
}
