/** A copy of the mail of a campaign, with all that senders change from one to the next. */
export function campaignMail(campaign: string, number: number): string {
  const recipient = ['Ada.Lovelace', 'Grace.Hopper', 'Alan.Turing', 'Barbara.Liskov'][number % 4] ?? '';
  const id = (0x9f86d081 + number * 7919).toString(16);
  return [
    `Message-ID: <${campaign}-${id}@m${number}.${campaign}.example>`,
    'Date: Mon, 2 Mar 2026 10:00:00 +0000',
    `From: "Service ${number}" <s${number}@m${number}.${campaign}.example>`,
    `To: ${recipient.replace('.', ' ')} <${recipient.toLowerCase()}@example.com>`,
    `Subject: ${number % 3 === 0 ? 'Re: ' : ''}${recipient.replace('.', ' ')}, case #${id} of ${campaign} waits`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    `Open https://u${number}.kit-${campaign}.example/${id}?for=${recipient} today.`,
    '',
  ].join('\r\n');
}

export function campaignMails(campaign: string, count: number, from = 1): readonly string[] {
  return Array.from({ length: count }, (_, index) => campaignMail(campaign, from + index));
}
