import { listMethods } from './script-list-methods.js';
import { textMethods } from './script-text-methods.js';
import { type Caller, isLambda, isNative, type Maybe, type Method, type Value } from './script-values.js';

/** What a method makes of a constant; undefined where that is not known, or would be too long. */
export function callMethod(receiver: Value, method: string, given: readonly Maybe[], calls: Caller): Maybe {
  if (typeof receiver === 'string') return own(textMethods, method)?.(receiver, given, calls);
  if (typeof receiver === 'number') return method === 'toString' ? numeral(receiver, given[0]) : undefined;
  if (Array.isArray(receiver)) return own(listMethods, method)?.(receiver, given, calls);
  if (!isLambda(receiver) && !isNative(receiver)) return undefined;
  if (method === 'call') return calls.call(receiver, given.slice(1));
  const [, list] = given;
  return method === 'apply' && Array.isArray(list) ? calls.call(receiver, list) : undefined;
}

function own<Receiver>(
  methods: Readonly<Record<string, Method<Receiver>>>,
  name: string,
): Method<Receiver> | undefined {
  return Object.hasOwn(methods, name) ? methods[name] : undefined;
}

function numeral(number: number, base: Maybe): Maybe {
  if (base === undefined) return String(number);
  return typeof base === 'number' && base >= 2 && base <= 36 ? number.toString(base) : undefined;
}

export function memberOf(value: Maybe, key: string): Maybe {
  if (value instanceof Map) return value.get(key);
  if (isNative(value)) return value.members?.get(key);
  if (typeof value !== 'string' && !Array.isArray(value)) return undefined;
  if (key === 'length') return value.length;
  return /^\d{1,9}$/.test(key) ? value[Number(key)] : undefined;
}
