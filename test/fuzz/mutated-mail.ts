import { type Random, seededRandom } from '../support/random.js';
import { type Mutation, maxMailBytes, mutations } from './mutations.js';

export interface MutatedMail {
  readonly raw: Buffer;
  /** Which mutations, in order. */
  readonly how: readonly string[];
}

const maxMutations = 5;
const all: readonly (readonly [string, Mutation])[] = Object.entries(mutations);

/** Depends on nothing but the corpus, the seed and the number. */
export function mutatedMail(corpus: readonly Buffer[], seed: number, number: number): MutatedMail {
  const random = seededRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number, 0x85ebca6b));
  const how: string[] = [];
  let raw = nonEmpty(random.pick(corpus), random);
  for (let times = random.between(1, maxMutations); times > 0; times -= 1) {
    const [name, mutation] = random.pick(all);
    how.push(name);
    raw = nonEmpty(mutation(raw, random, nonEmpty(random.pick(corpus), random)), random).subarray(0, maxMailBytes);
  }
  return { raw, how };
}

function nonEmpty(mail: Buffer, random: Random): Buffer {
  return mail.length > 0 ? mail : Buffer.from([random.below(256)]);
}
