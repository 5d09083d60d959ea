import type { Extraction } from '../../src/indicators/types.js';
import { type ExtractionLimits, extractMessage } from '../../src/mail/parse-message.js';

export const limits: ExtractionLimits = { sizeBytes: 50 * 1024 * 1024, depth: 20, seconds: 10 };

export function extract(raw: Buffer | string, changed: Partial<ExtractionLimits> = {}): Promise<Extraction> {
  return extractMessage(typeof raw === 'string' ? Buffer.from(raw) : raw, { ...limits, ...changed });
}

export function urlsOf(extraction: Extraction): string[] {
  return extraction.urls.map(({ url }) => url);
}

export function codesOf(extraction: Extraction): string[] {
  return extraction.findings.map(({ code }) => code);
}
