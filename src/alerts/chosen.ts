import { compileExpression, type Expression } from '../expressions/expression.js';
import { plain } from '../mail/decode-headers.js';
import type { EnvironmentConfig, PriorityConfig } from './config.js';
import type { AlertEvent } from './types.js';

type Rule = Exclude<EnvironmentConfig, string> | Exclude<PriorityConfig, number>;

const maxEnvironmentChars = 200;
/** Of a field, of which more tells no environment; a large expression gets less, since its time grows with both. */
const maxFieldChars = 100_000;
const maxSteps = 10_000_000;

/** The environment of an alert: as configured, or what its event says. */
export function chosenEnvironment(environment: EnvironmentConfig, event: AlertEvent): string {
  if (typeof environment === 'string') return environment;
  const value = countedValue(environment, event);
  if (value === '') return environment.otherwise;
  // A header field that stands there twice has two lines.
  if (environment.map === undefined) return plain(value.slice(0, maxEnvironmentChars)) || environment.otherwise;
  return lookedUp(environment.map, value) ?? environment.otherwise;
}

/** Its priority likewise. */
export function chosenPriority(priority: number | PriorityConfig, event: AlertEvent): number {
  if (typeof priority === 'number') return priority;
  return lookedUp(priority.map, countedValue(priority, event)) ?? priority.otherwise;
}

/** What of the event's field counts; '' where it has none, or the expression does not match. */
function countedValue({ field, expression: source }: Rule, event: AlertEvent): string {
  const value = Object.hasOwn(event, field) ? (event[field] ?? '').slice(0, maxFieldChars) : '';
  if (source === undefined) return value.trim();
  const { first, size } = compiledOnce(source);
  return (first(value.slice(0, Math.ceil(maxSteps / size))) ?? '').trim();
}

function lookedUp<Value>(map: Readonly<Record<string, Value>>, value: string): Value | undefined {
  const wanted = value.toLowerCase();
  return Object.entries(map).find(([key]) => key.toLowerCase() === wanted)?.[1];
}

/** Those of the configuration: few. */
const compiled = new Map<string, Expression>();

function compiledOnce(source: string): Expression {
  const known = compiled.get(source) ?? compileExpression(source);
  compiled.set(source, known);
  return known;
}
