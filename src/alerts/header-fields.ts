import { compileExpression } from '../expressions/expression.js';
import type { FoundHeader } from '../indicators/types.js';
import type { AlertConfig } from './config.js';
import type { AlertEvent } from './types.js';

/** `header_x_spam_score` of X-Spam-Score. */
export function headerFieldName(header: string): string {
  return `header_${header.toLowerCase().replaceAll(/[^a-z0-9]/g, '_')}`;
}

/** The header fields that the configuration names. Where a mail has several of a name, one stands on each line. */
export function headerFields(found: readonly FoundHeader[], wants: (name: string) => boolean): AlertEvent {
  const fields = new Map<string, string[]>();
  for (const { name, value } of found) {
    if (!wants(name)) continue;
    const field = headerFieldName(name);
    const values = fields.get(field) ?? [];
    if (value !== '') values.push(value);
    fields.set(field, values);
  }
  return Object.fromEntries(
    [...fields].flatMap(([field, values]) => (values.length === 0 ? [] : [[field, values.join('\n')]])),
  );
}

/** Whether the alerts tell a header field; names in lower case. Others may have been kept for routes. */
export function headerTest(headers: AlertConfig['headers']): (name: string) => boolean {
  if (headers === undefined) return () => false;
  if (!Array.isArray(headers)) return compileExpression(`(?i)${headers.matches}`).test;
  const names = new Set(headers.map((name) => name.toLowerCase()));
  return (name) => names.has(name);
}
