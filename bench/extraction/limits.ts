import type { ExtractionLimits } from '../../src/mail/parse-message.js';

/** As in the product by default, but that no mail is cut because others use the machine. */
export const benchLimits: ExtractionLimits = { sizeBytes: 50 * 1024 * 1024, depth: 20, seconds: 60 };
