import type { ExtractionEffort } from '../mail/search-text.js';

/** How long one reading of a mail may take. */
export interface TimeAllowed {
  readonly seconds: number;
  /** While archives, PDFs or pictures are opened, and reading the mail up to there took so long. */
  readonly heavySeconds: (bodySeconds: number) => number;
}

/**
 * Of a mail's time, how much has gone when each reading has ended: what the one before could not do is left out of the
 * next, and all of them together keep within the deadline, so that neighbours in the batch wait no longer than that.
 */
const endOf: Readonly<Record<ExtractionEffort, number>> = { full: 0.6, light: 0.75, plain: 0.9, simple: 1 };
/** Of a mail's time: more than the same reading took before, since no machine is as fast at every moment. */
const slack = 0.1;
/** The beginning of a mail is read simply in milliseconds: below this nothing is won, and the machine is busy. */
const leastSimpleSeconds = 1;

/**
 * @param deadline for all readings of the mail, in seconds
 * @param spent on the readings before, in seconds
 */
export function timeAllowed(effort: ExtractionEffort, deadline: number, spent: number): TimeAllowed {
  const left = deadline * endOf[effort] - spent;
  if (effort === 'full') {
    // Attachments end so early that what came before them can be done again, lightly.
    return { seconds: left, heavySeconds: (bodySeconds) => deadline * (endOf.light - slack) - bodySeconds };
  }
  const seconds = Math.max(left, effort === 'simple' ? leastSimpleSeconds : 0);
  return { seconds, heavySeconds: () => seconds };
}
