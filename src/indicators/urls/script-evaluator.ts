import type { FoundConstants } from './found-constants.js';
import { ScriptAssignments } from './script-assignments.js';
import { globalObject, globals } from './script-globals.js';
import { callMethod, memberOf } from './script-methods.js';
import { added, calculated, negated } from './script-operators.js';
import { type ScriptScope, workOf } from './script-scope.js';
import type { Operation, Syntax } from './script-syntax.js';
import {
  type Caller,
  isLambda,
  isNative,
  type List,
  type Maybe,
  type Members,
  maxConstant,
  textOf,
} from './script-values.js';
import type { ScriptVariables } from './script-variables.js';

const maxCalls = 6;

type Chain = Extract<Syntax, { readonly kind: 'chain' }>;

/**
 * Folds what is constant. What is constant within something that is not is found by itself. Nothing is run: branches
 * and loops are not followed, each expression is read once, in the order in which it is written.
 */
export class ScriptEvaluator implements Caller {
  readonly #scope: ScriptScope;
  readonly #found: FoundConstants;
  readonly #variables: ScriptVariables;
  readonly #assignments: ScriptAssignments;
  /** The parameters of the functions that are being called. */
  readonly #calls: ReadonlyMap<string, Maybe>[] = [];
  readonly #readBodies = new Set<Syntax>();

  constructor(scope: ScriptScope, found: FoundConstants, variables: ScriptVariables) {
    this.#scope = scope;
    this.#found = found;
    this.#variables = variables;
    this.#assignments = new ScriptAssignments(variables, found, (syntax) => this.#value(syntax));
  }

  read(expression: Syntax): void {
    const value = this.#value(expression);
    // What a variable holds is found when all is read: more may be added to it.
    if (expression.kind !== 'assignment') this.#found.add(value);
  }

  call(called: Maybe, given: readonly Maybe[]): Maybe {
    if (!this.spend(workOf.call + given.length) || this.#calls.length >= maxCalls) return undefined;
    if (isNative(called)) return called.call(given, this);
    if (!isLambda(called)) return undefined;
    this.#calls.push(new Map(called.parameters.map((name, index) => [name, given[index]])));
    const value = this.#value(called.body);
    this.#calls.pop();
    return value;
  }

  spend(amount: number): boolean {
    return this.#scope.spend(amount);
  }

  code(text: string): void {
    this.#found.addCode(text);
  }

  write(text: string): void {
    this.#found.addWritten(text);
  }

  #value(syntax: Syntax): Maybe {
    this.#scope.spend(workOf.step);
    switch (syntax.kind) {
      case 'value':
        return syntax.value;
      case 'name':
        return this.#named(syntax.name);
      case 'unknown':
        for (const part of syntax.within) this.#found.add(this.#value(part));
        return undefined;
      case 'sequence':
        return this.#last(syntax.members);
      case 'sum':
        return this.#sum(syntax.terms);
      case 'arithmetic':
        return this.#arithmetic(syntax.first, syntax.rest);
      case 'unary':
        return this.#unary(syntax.operator, syntax.operand);
      case 'list':
        return this.#list(syntax.members);
      case 'spread':
        return this.#value(syntax.of);
      case 'record':
        return this.#record(syntax.members);
      case 'chain':
        return this.#chain(syntax);
      case 'lambda':
        this.#readBody(syntax);
        return syntax;
      case 'assignment':
        return this.#assignments.assign(syntax.target, this.#value(syntax.value), syntax.adds);
    }
  }

  #named(name: string): Maybe {
    const call = this.#calls.findLast((parameters) => parameters.has(name));
    if (call !== undefined) return call.get(name);
    const value = this.#variables.get(name);
    return value === null ? undefined : (value ?? globals.get(name));
  }

  #last(members: readonly Syntax[]): Maybe {
    let last: Maybe;
    for (const [index, member] of members.entries()) {
      if (index > 0) this.#found.add(last);
      last = this.#value(member);
    }
    return last;
  }

  #sum(terms: readonly Syntax[]): Maybe {
    let sum: Maybe;
    let isKnown = true;
    for (const [index, term] of terms.entries()) {
      const value = this.#value(term);
      const next = index === 0 ? value : added(sum, value);
      if (next === undefined) {
        isKnown = false;
        this.#found.addUnfinished(sum);
        sum = value;
        continue;
      }
      if (typeof sum === 'string' && typeof value === 'string') this.spend(Math.min(sum.length, value.length));
      this.#found.addPiece(value);
      sum = next;
    }
    if (isKnown) return sum;
    this.#found.add(sum);
    return undefined;
  }

  #arithmetic(first: Syntax, rest: readonly Operation[]): Maybe {
    let result = this.#value(first);
    for (const { operator, operand } of rest) {
      const value = this.#value(operand);
      const next = calculated(result, operator, value);
      if (next === undefined) for (const unused of [result, value]) this.#found.add(unused);
      result = next;
    }
    return result;
  }

  #unary(operator: string, operand: Syntax): Maybe {
    const value = this.#value(operand);
    const result = negated(operator, value);
    if (result === undefined) this.#found.add(value);
    return result;
  }

  #list(members: readonly Syntax[]): List {
    const list: List = [];
    for (const member of members) {
      const value = this.#value(member);
      const spreads = member.kind === 'spread' && (typeof value === 'string' || Array.isArray(value));
      if (!spreads) list.push(value);
      else if (list.length + value.length <= maxConstant && this.spend(value.length))
        for (const one of value) list.push(one);
      else this.#found.add(value);
    }
    return list;
  }

  #record(members: readonly (readonly [Syntax, Syntax])[]): Members {
    const record: Members = new Map();
    for (const [name, member] of members) {
      const key = textOf(this.#value(name));
      const value = this.#value(member);
      if (key !== undefined && value !== undefined) record.set(key, value);
      else this.#found.add(value);
    }
    return record;
  }

  #chain({ base, links }: Chain): Maybe {
    let value = this.#value(base);
    let receiver: Maybe;
    let method: string | undefined;
    for (const [index, link] of links.entries()) {
      if (link.kind === 'member') {
        method = textOf(this.#value(link.key));
        receiver = value;
        value =
          method === undefined
            ? undefined
            : receiver === globalObject
              ? this.#named(method)
              : memberOf(receiver, method);
        if (value === undefined && links[index + 1]?.kind !== 'call') this.#found.add(receiver);
      } else {
        value = this.#called(value, receiver, method, link.given);
        receiver = undefined;
        method = undefined;
      }
    }
    return value;
  }

  #called(called: Maybe, receiver: Maybe, method: string | undefined, givenAs: readonly Syntax[]): Maybe {
    const given = this.#list(givenAs);
    const result =
      called === undefined && receiver !== undefined && method !== undefined
        ? callMethod(receiver, method, given, this)
        : this.call(called, given);
    for (const part of [receiver, ...given])
      if (result === undefined) this.#found.add(part);
      else this.#found.addPiece(part);
    return result;
  }

  /** Its constants count also where nobody calls it. */
  #readBody({ parameters, body }: Extract<Syntax, { readonly kind: 'lambda' }>): void {
    if (this.#readBodies.has(body)) return;
    this.#readBodies.add(body);
    this.#calls.push(new Map(parameters.map((name) => [name, undefined])));
    this.read(body);
    this.#calls.pop();
  }
}
