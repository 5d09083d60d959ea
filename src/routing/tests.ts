import { domainToASCII } from 'node:url';
import { compileExpression } from '../expressions/expression.js';
import { HostNames } from '../indicators/exclude/host-names.js';
import { Networks } from '../indicators/exclude/networks.js';
import { hostInUrl } from '../indicators/observables/url-hosts.js';
import { normaliseUrl } from '../indicators/urls/normalise-url.js';
import type { Shown } from './routed-mail.js';

/** One of the things that a condition is content with. */
export interface Test {
  /** In words that go on after the name of the condition. */
  readonly wanted: string;
  /** What of the mail fits; undefined: nothing does. */
  readonly find: (shown: Shown) => string | undefined;
}

/** What a text of the configuration stands for. */
export type TextKind = 'text' | 'address' | 'url' | 'host' | 'domain' | 'network';

type TestConfig =
  | string
  | { readonly matches?: string | undefined; readonly domain?: string | readonly string[] | undefined };

/** Any of them will do. */
export function compileTests(config: TestConfig | readonly TestConfig[], kind: TextKind): readonly Test[] {
  const each = isList(config) ? config : [config];
  return each.map((one) => {
    if (typeof one === 'string') return textTest(one, kind);
    return one.matches === undefined ? domainTest(one.domain ?? [], kind) : expressionTest(one.matches);
  });
}

function isList(config: TestConfig | readonly TestConfig[]): config is readonly TestConfig[] {
  return Array.isArray(config);
}

function textTest(text: string, kind: TextKind): Test {
  if (kind === 'domain') return domainTest(text, kind);
  if (kind === 'network') return networkTest(text);
  const wanted = comparable(text, kind);
  return { wanted: `is ${text}`, find: ({ values }) => values.find((value) => comparable(value, kind) === wanted) };
}

/** As both sides are written before they are compared. */
function comparable(text: string, kind: TextKind): string {
  if (kind === 'url') return normaliseUrl(text) ?? text;
  if (kind === 'host') return (domainToASCII(text.trim()) || text).toLowerCase().replace(/\.$/, '');
  return text.trim().toLowerCase();
}

function expressionTest(source: string): Test {
  const { test } = compileExpression(source);
  return { wanted: `matches ${source}`, find: ({ texts }) => texts.find(test) };
}

function domainTest(names: string | readonly string[], kind: TextKind): Test {
  const all = typeof names === 'string' ? [names] : names;
  const domains = new HostNames();
  for (const domain of all) domains.add(domain);
  const find = ({ values }: Shown) => values.find((value) => domains.find(hostOf(value, kind)) !== undefined);
  return { wanted: `is of the domain ${all.join(' or ')}`, find };
}

function hostOf(value: string, kind: TextKind): string {
  if (kind === 'address') return domainToASCII(value.slice(value.lastIndexOf('@') + 1));
  return kind === 'url' ? hostInUrl(value) : value;
}

function networkTest(text: string): Test {
  const networks = new Networks();
  networks.add(text);
  return {
    wanted: `is ${text.includes('/') ? 'in ' : ''}${text}`,
    find: ({ values }) => values.find((ip) => networks.has(ip)),
  };
}
