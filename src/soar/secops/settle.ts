/**
 * How long the platform may take to show a case that it has accepted: ingestion runs behind its API. A look-up before
 * that could miss an alert that is already on its way.
 */
export const settleMs = 60_000;
