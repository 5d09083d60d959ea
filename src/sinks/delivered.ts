import type { Warning } from '../errors/warning.js';
import type { SendResult } from './sink.js';

/** @param reference where a person finds it over there; '' where nothing is known of that */
export function delivered(reference: string, warnings: readonly Warning[] = []): SendResult {
  return { status: 'delivered', reference, ...(warnings.length === 0 ? {} : { warnings }) };
}
