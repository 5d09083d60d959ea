import type { Wanted } from '../mail/wanted.js';
import type { AlertConfig, OwnFieldConfig } from './config.js';

/** What the alerts of a mailbox tell beyond what every extraction holds. */
export function alertWishes(alert: AlertConfig | undefined): Wanted | undefined {
  if (alert === undefined) return undefined;
  const fields = Object.values(alert.fields);
  const named = Array.isArray(alert.headers) ? alert.headers : [];
  const inBody = fields.filter(({ from }) => from === 'body');
  const matching = alert.headers === undefined || Array.isArray(alert.headers) ? [] : [alert.headers.matches];
  return {
    headers: [...named, ...fields.flatMap(headerOf)].map((name) => name.toLowerCase()),
    headersMatching: matching,
    inBody: inBody.map(({ expression }) => expression),
    longInBody: inBody.flatMap(({ expression, long }) => (long ? [expression] : [])),
  };
}

function headerOf({ from }: OwnFieldConfig): readonly string[] {
  const name = headerSource(from);
  return name === undefined ? [] : [name];
}

/** `X-Case` of `header:X-Case`. */
export function headerSource(from: string): string | undefined {
  return from.startsWith('header:') ? from.slice('header:'.length) : undefined;
}
