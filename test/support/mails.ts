/** A mail with a URL of its own, different from every other in all that identity is made of. */
export function simpleMail(name: string, more: { readonly messageId?: string; readonly body?: string } = {}): string {
  return [
    `Message-ID: <${more.messageId ?? `${name}@mail.example`}>`,
    'Date: Mon, 2 Mar 2026 10:00:00 +0000',
    'From: "A. Sender" <sender@phish.example>',
    'To: soc@example.com',
    `Subject: Message ${name}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    more.body ?? `Please look at https://phish.example/${name} today.`,
    '',
  ].join('\r\n');
}

export function simpleMails(count: number, prefix = 'mail'): readonly string[] {
  return Array.from({ length: count }, (_, index) => simpleMail(`${prefix}-${index + 1}`));
}
