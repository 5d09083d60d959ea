/** What becomes of a mail that is discarded at a sink that is not configured any more. Pure: workflows say it too. */
export const mailGoesOn = 'the next poll brings the mail to the targets that its mailbox has now, unless they have it';
