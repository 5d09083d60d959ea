import type { AuthenticationResult } from '../mail/authentication-results.js';
import type { ConditionsConfig, WhenConfig } from './config.js';
import { headerFields, type RoutedMail, readers, type Shown } from './routed-mail.js';
import { compileTests, type Test, type TextKind } from './tests.js';
import type { FailedCondition, HeldCondition } from './types.js';

export type Verdict =
  | { readonly holds: true; readonly because: readonly HeldCondition[] }
  | { readonly holds: false; readonly failed: FailedCondition };

/** One condition of a route, or several of them together. */
export type Condition = (mail: RoutedMail) => Verdict;

/** What a person needs to see why. */
const mostShown = 3;
const mostShownChars = 200;

const textKinds: readonly (readonly [keyof typeof readers, TextKind])[] = [
  ...(['from', 'to', 'reportedBy'] as const).map((field) => [field, 'address'] as const),
  ...(['subject', 'fileName', 'fileType', 'sha256', 'findings'] as const).map((field) => [field, 'text'] as const),
  ['url', 'url'],
  ['host', 'host'],
  ['domain', 'domain'],
  ['ip', 'network'],
];

const methods = ['spf', 'dkim', 'dmarc', 'arc'] as const;

/** All of a route's conditions. */
export function compileWhen({ any, not, ...plain }: WhenConfig): Condition {
  return all([
    ...conditionsOf(plain, ''),
    ...(any === undefined ? [] : [anyOf(any)]),
    ...(not === undefined ? [] : (Array.isArray(not) ? not : [not]).map(noneOf)),
  ]);
}

function conditionsOf(config: ConditionsConfig, place: string): readonly Condition[] {
  const { header = {}, auth = {}, ...fields } = config;
  return [
    ...textKinds.flatMap(([field, kind]) => {
      const value = fields[field];
      return value === undefined ? [] : [testing(place + field, compileTests(value, kind), readers[field])];
    }),
    ...Object.entries(header).map(([name, value]) =>
      testing(`${place}header ${name}`, compileTests(value, 'text'), (mail) => headerFields(mail, name)),
    ),
    ...methods.flatMap((method) => {
      const value = auth[method];
      return value === undefined
        ? []
        : [testing(`${place}auth.${method}`, compileTests(value, 'text'), (mail) => results(mail, method))];
    }),
  ];
}

function results({ authentication }: RoutedMail, method: AuthenticationResult['method']): Shown {
  const own = authentication.filter((reported) => reported.method === method).map(({ result }) => result);
  const values = own.length === 0 ? ['missing'] : own;
  return { values, texts: values };
}

function testing(condition: string, tests: readonly Test[], read: (mail: RoutedMail) => Shown): Condition {
  return (mail) => {
    const shown = read(mail);
    for (const { wanted, find } of tests) {
      const found = find(shown);
      if (found !== undefined) return { holds: true, because: [{ condition, wanted, found: short(found) }] };
    }
    const wanted = tests.map((test) => test.wanted).join(' or ');
    return { holds: false, failed: { condition, wanted, has: shown.texts.slice(0, mostShown).map(short) } };
  };
}

function all(conditions: readonly Condition[]): Condition {
  return (mail) => {
    const because: HeldCondition[] = [];
    for (const condition of conditions) {
      const verdict = condition(mail);
      if (!verdict.holds) return verdict;
      because.push(...verdict.because);
    }
    return { holds: true, because };
  };
}

function anyOf(configs: readonly ConditionsConfig[]): Condition {
  const each = configs.map((config, index) => all(conditionsOf(config, `any[${index}].`)));
  return (mail) => {
    const verdicts: Verdict[] = [];
    for (const condition of each) {
      const verdict = condition(mail);
      if (verdict.holds) return verdict;
      verdicts.push(verdict);
    }
    const wanted = verdicts.flatMap((verdict) => (verdict.holds ? [] : [inWords(verdict.failed)])).join(', or ');
    return { holds: false, failed: { condition: 'any', wanted, has: [] } };
  };
}

function noneOf(config: ConditionsConfig): Condition {
  const condition = all(conditionsOf(config, ''));
  return (mail) => {
    const verdict = condition(mail);
    if (!verdict.holds)
      return { holds: true, because: [{ condition: 'not', wanted: inWords(verdict.failed), found: '' }] };
    const wanted = verdict.because.map(inWords).join(' and ');
    return { holds: false, failed: { condition: 'not', wanted, has: verdict.because.map(({ found }) => found) } };
  };
}

function inWords({ condition, wanted }: Pick<HeldCondition, 'condition' | 'wanted'>): string {
  return `${condition} ${wanted}`;
}

function short(text: string): string {
  return text.length <= mostShownChars ? text : `${text.slice(0, mostShownChars)}…`;
}
