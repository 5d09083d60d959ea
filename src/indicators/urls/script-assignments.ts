import type { FoundConstants } from './found-constants.js';
import { globalObject, globals } from './script-globals.js';
import type { Syntax } from './script-syntax.js';
import { type Maybe, textOf } from './script-values.js';
import type { ScriptVariables } from './script-variables.js';

/** `a = …`, `a.b = …`, `a[0] = …`, `[a, b] = …` and `{a, b} = …`. What has no name to go to is found as it is. */
export class ScriptAssignments {
  readonly #variables: ScriptVariables;
  readonly #found: FoundConstants;
  readonly #evaluate: (syntax: Syntax) => Maybe;

  constructor(variables: ScriptVariables, found: FoundConstants, evaluate: (syntax: Syntax) => Maybe) {
    this.#variables = variables;
    this.#found = found;
    this.#evaluate = evaluate;
  }

  /** What the target holds then. */
  assign(target: Syntax, value: Maybe, adds: boolean): Maybe {
    if (target.kind === 'name') return this.#variables.set(target.name, value, adds);
    if (target.kind === 'chain') return this.#assignMember(target, value, adds);
    if (target.kind === 'list' && Array.isArray(value))
      for (const [index, member] of target.members.entries()) this.assign(member, value[index], false);
    else if (target.kind === 'record' && value instanceof Map)
      for (const [name, member] of target.members)
        this.assign(member, value.get(textOf(this.#evaluate(name)) ?? ''), false);
    else this.#found.add(value);
    return value;
  }

  #assignMember({ base, links }: Extract<Syntax, { readonly kind: 'chain' }>, value: Maybe, adds: boolean): Maybe {
    const last = links.at(-1);
    const key = last?.kind === 'member' ? textOf(this.#evaluate(last.key)) : undefined;
    const before = links.slice(0, -1);
    const of = before.length === 0 ? this.#evaluate(base) : this.#evaluate({ kind: 'chain', base, links: before });
    const [first] = before;
    if (key !== undefined) {
      if (of === globalObject) return this.#variables.set(key, value, adds);
      if (Array.isArray(of) || (of instanceof Map && of !== globals.get('document')))
        return this.#variables.setMember(of, key, value, adds);
      const name = base.kind === 'name' && of === undefined && first === undefined ? base.name : undefined;
      const members = name === undefined ? null : this.#variables.create(name);
      if (members !== null) return this.#variables.setMember(members, key, value, adds);
    }
    this.#found.add(value);
    return value;
  }
}
