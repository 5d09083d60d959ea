import { type Maybe, maxConstant, textOf } from './script-values.js';

/** `one + other`; undefined where it is not known or too long. */
export function added(one: Maybe, other: Maybe): Maybe {
  if (typeof one === 'number' && typeof other === 'number') return one + other;
  const [first, second] = [textOf(one), textOf(other)];
  if (first === undefined || second === undefined) return undefined;
  return first.length + second.length <= maxConstant ? first + second : undefined;
}

/** Operators between numbers. */
export function calculated(one: Maybe, operator: string, other: Maybe): Maybe {
  if (operator === '+') return added(one, other);
  if (typeof one !== 'number' || typeof other !== 'number') return undefined;
  switch (operator) {
    case '-':
      return one - other;
    case '*':
      return one * other;
    case '/':
      return one / other;
    case '%':
      return one % other;
    case '^':
      return one ^ other;
    case '&':
      return one & other;
    case '|':
      return one | other;
    case '<<':
      return one << other;
    case '>>':
      return one >> other;
    case '>>>':
      return one >>> other;
  }
  return undefined;
}

export function negated(operator: string, operand: Maybe): Maybe {
  const number = typeof operand === 'string' && operand.length < 100 ? Number(operand) : operand;
  if (typeof number !== 'number' || Number.isNaN(number)) return undefined;
  if (operator === '+') return number;
  if (operator === '-') return -number;
  return operator === '~' ? ~number : undefined;
}
