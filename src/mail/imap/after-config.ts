import { z } from 'zod';

/** RFC 9051 §9, flag-keyword: an atom. Of the system flags, those that say nothing else already. */
const flagName = z
  .string()
  .regex(
    /^(?:\\(?:Flagged|Answered)|[^\s\\(){%*"\]\p{Cc}\P{ASCII}]+)$/u,
    'must be a keyword like $Lurewatch (no spaces, brackets, quotes, % or *), or \\Flagged or \\Answered',
  );

const placeOrFlag = z
  .strictObject({
    move: z.string().min(1).optional().describe('Moves it to this folder of the same mailbox, with the flags it has.'),
    create: z.boolean().optional().describe('True: makes the folder of `move` where there is none.'),
    flag: flagName
      .optional()
      .describe(
        'Sets this flag: a keyword like `$Lurewatch`, `\\Flagged` or `\\Answered`. With `read: unread` \\Seen, too.',
      ),
  })
  .superRefine(({ move, create, flag }, context) => {
    // A key that is unknown was meant to be one of them.
    if (context.issues.length > 0) return;
    if ((move === undefined) === (flag === undefined)) context.addIssue('must have either `move` or `flag`');
    else if (create !== undefined && move === undefined) context.addIssue('`create` is for `move` alone');
  });

/** What becomes of a message in its mailbox once it has reached every sink. */
export const afterSchema = z.union([z.enum(['read', 'delete', 'nothing']), placeOrFlag]);

/** Of an IMAP mailbox. */
export const afterShape = {
  after: afterSchema
    .optional()
    .describe(
      'What becomes of a message that has reached every sink (docs/after-delivery.md). `read`: \\Seen; the default with `read: unread`. `nothing`: the default with `read: new`, and only there. `delete`: for good, where its whole raw mail is in the store. Or a map: `{ move: Done }`, `{ flag: $Lurewatch }`.',
    ),
};

/** Of a Maildir, whose mails are marked as read and nothing else. */
export const maildirAfterShape = {
  after: z.literal('read').optional().describe('A delivered mail is marked as read; a Maildir knows nothing else.'),
};

export type After =
  | { readonly kind: 'read' | 'delete' | 'nothing' }
  | { readonly kind: 'move'; readonly folder: string; readonly create: boolean }
  | { readonly kind: 'flag'; readonly flag: string };

/** What a mailbox's configuration says of it, and a Maildir's, whose mails are marked as read. */
export interface AfterConfig {
  readonly read?: 'unread' | 'new';
  readonly after?: z.output<typeof afterSchema> | undefined;
}

/** By default what `read` needs: unread mail is marked, and where every mail is looked at, nothing is changed. */
export function afterOf({ read = 'unread', after }: AfterConfig): After {
  if (after === undefined) return { kind: read === 'unread' ? 'read' : 'nothing' };
  if (typeof after === 'string') return { kind: after };
  const { move, create = false, flag = '' } = after;
  return move === undefined ? { kind: 'flag', flag } : { kind: 'move', folder: move, create };
}
