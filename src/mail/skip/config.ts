import { z } from 'zod';
import { expression } from '../../config/fields.js';

const mostExpressions = 50;

const expressions = z.array(expression).max(mostExpressions).default([]);

/** `skip` of a mailbox: which mails become no alert. */
export const skipSchema = z.strictObject({
  subject: expressions.describe('One of these matches somewhere in the decoded Subject.'),
  body: expressions.describe(
    'One of these matches somewhere in the decoded text of the mail itself: of its text parts and of what a person reads of its HTML, not of files or attached mails. A mail that was not read to its end is never skipped by this.',
  ),
  from: expressions.describe(
    'One of these matches somewhere in the decoded From field (`"Name" <a@b.example>`), or in its address alone where it has only one. Anybody can write any From.',
  ),
  mark: z
    .boolean()
    .default(true)
    .describe('False: what is skipped stays unread. It is not read again, unless the expressions change.'),
});
export type SkipConfig = z.output<typeof skipSchema>;
