import { joined, type List, type Method, maxConstant } from './script-values.js';

/** The methods of lists. */
export const listMethods: Readonly<Record<string, Method<List>>> = {
  join: (list, [between = ','], calls) => {
    if (typeof between !== 'string' || !calls.spend(list.length)) return undefined;
    const all = joined(list, between);
    return all !== undefined && calls.spend(all.length) ? all : undefined;
  },
  reverse: (list, _, calls) => (calls.spend(list.length) ? list.reverse() : undefined),
  slice: (list, [from = 0, to], calls) => {
    if (typeof from !== 'number' || (to !== undefined && typeof to !== 'number')) return undefined;
    return calls.spend(list.length) ? list.slice(from, to) : undefined;
  },
  concat: (list, given, calls) => {
    const length = given.reduce<number>((sum, one) => sum + (Array.isArray(one) ? one.length : 1), list.length);
    return length <= maxConstant && calls.spend(length) ? [...list, ...given.flat()] : undefined;
  },
  push: (list, given) => {
    if (list.length + given.length > maxConstant) return undefined;
    for (const one of given) list.push(one);
    return list.length;
  },
  at: (list, [at]) => (typeof at === 'number' ? list.at(at) : undefined),
  map: (list, [make], calls) => {
    if (make === undefined || !calls.spend(list.length)) return undefined;
    return list.map((member, index) => calls.call(make, [member, index]));
  },
  reduce: (list, [add, start], calls) => {
    const rest = start === undefined ? list.slice(1) : list;
    let sum = start ?? list[0];
    for (const [index, member] of rest.entries()) {
      sum = calls.call(add, [sum, member, index]);
      if (sum === undefined) return undefined;
    }
    return sum;
  },
};
