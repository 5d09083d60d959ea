import type { FoundConstants } from './found-constants.js';
import { added } from './script-operators.js';
import type { ScriptScope } from './script-scope.js';
import type { List, Maybe, Members } from './script-values.js';

const maxMembers = 10_000;
const maxMissed = 10_000;

/** The variables of one script, beside those of the scripts before it in its document. */
export class ScriptVariables {
  readonly #scope: ScriptScope;
  readonly #found: FoundConstants;
  readonly #isParameter: (name: string) => boolean;
  readonly #assigned = new Set<string>();
  readonly #missed = new Set<string>();
  /** A name got its value after it had been asked for: what was declared last was used first. */
  cameLate = false;

  constructor(scope: ScriptScope, found: FoundConstants, isParameter: (name: string) => boolean) {
    this.#scope = scope;
    this.#found = found;
    this.#isParameter = isParameter;
  }

  /** Null for the parameters of functions: they hide variables, and nobody knows what they hold. */
  get(name: string): Maybe | null {
    if (this.#isParameter(name)) return null;
    if (this.#scope.isSpent) return undefined;
    const value = this.#scope.variables.get(name);
    if (value === undefined && this.#missed.size < maxMissed) this.#missed.add(name);
    return value;
  }

  set(name: string, value: Maybe, adds: boolean): Maybe {
    const old = this.#scope.variables.get(name);
    const next = this.#next(old, value, adds);
    if (next === undefined) this.#scope.variables.delete(name);
    else if (this.#scope.keep(name, next)) {
      this.#assigned.add(name);
      if (this.#missed.has(name)) this.cameLate = true;
    } else this.#found.add(next);
    return next;
  }

  setMember(of: List | Members, key: string, value: Maybe, adds: boolean): Maybe {
    const position = Number(key);
    const isMap = of instanceof Map;
    const old = isMap ? of.get(key) : of[position];
    const next = this.#next(old, value, adds);
    if (isMap) {
      if (next === undefined) of.delete(key);
      else if (of.size < maxMembers) of.set(key, next);
      else this.#found.add(next);
    } else if (Number.isInteger(position) && position >= 0 && position <= of.length) of[position] = next;
    else this.#found.add(next);
    return next;
  }

  /** An object for a name that has none. */
  create(name: string): Members | null {
    const members: Members = new Map();
    if (!this.#scope.keep(name, members)) return null;
    this.#assigned.add(name);
    return members;
  }

  /** What the variables hold in the end is constant too; another script may add to it. */
  end(): void {
    for (const name of this.#assigned) this.#found.addUnfinished(this.#scope.variables.get(name));
  }

  #next(old: Maybe, value: Maybe, adds: boolean): Maybe {
    if (!adds) {
      if (typeof old === 'string') this.#found.add(old);
      return value;
    }
    if (value === undefined) {
      this.#found.addUnfinished(old);
      return undefined;
    }
    if (old === undefined) return value;
    this.#found.addPiece(old);
    this.#found.addPiece(value);
    const sum = typeof value === 'string' && !this.#scope.spend(value.length) ? undefined : added(old, value);
    if (sum === undefined) this.#found.add(old);
    return sum ?? value;
  }
}
