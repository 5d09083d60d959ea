import { z } from 'zod';

/** Of an IMAP mailbox. */
export const pushShape = {
  push: z
    .enum(['none', 'idle'])
    .default('none')
    .describe(
      '`idle`: one worker listens with IMAP IDLE, and new mail is polled for within seconds; the polls go on (docs/push.md).',
    ),
};
