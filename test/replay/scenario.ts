import type { Lab, Site } from '../support/lab.js';

/** One story to record. */
export interface Scenario {
  readonly name: string;
  /** How many runs of each workflow type are kept, the first ones. */
  readonly keep: Readonly<
    Partial<
      Record<
        'ingestMailbox' | 'ingestBatch' | 'deliverMessage' | 'importFeed' | 'expireEvidence' | 'watchMailbox',
        number
      >
    >
  >;
  /** Leaves no workflow open. */
  readonly run: (site: Site, whenPlayed: (lab: Lab) => Promise<void>) => Promise<void>;
}

/** Long histories are left behind after so many events, so that a recorded one is short. */
export const eventsOfARun = 60;
