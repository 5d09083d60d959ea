/** A phishing mail as a report carries it: with a sender, a URL and a Message-ID of its own. */
export function carriedMail(name: string, more: readonly string[] = [], body?: string): string {
  return [
    'Received: from evil.example (evil.example [203.0.113.77]) by edge.corp.example',
    `From: "Bank ${name}" <no-reply@${name}.example>`,
    'To: jane@corp.example',
    `Reply-To: answers@${name}-mail.example`,
    `Subject: Your account ${name}`,
    `Message-ID: <original-${name}@mail.example>`,
    'Date: Sun, 1 Feb 2026 07:00:00 +0000',
    ...more,
    ...(body === undefined ? ['', `Open https://phish.example/${name} now.`] : [body]),
  ].join('\r\n');
}

/** Parts of a message: each begins with its header. */
export function mixed(header: readonly string[], parts: readonly string[], boundary = 'report'): string {
  return [
    ...header,
    `Content-Type: multipart/mixed; boundary=${boundary}`,
    '',
    ...parts.flatMap((part) => [`--${boundary}`, part]),
    `--${boundary}--`,
    '',
  ].join('\r\n');
}

export function attachedMail(mail: string): string {
  return `Content-Type: message/rfc822\r\n\r\n${mail}`;
}

/** A mail of an employee, with these parts behind a note of her own. */
export function reportOf(
  name: string,
  parts: readonly string[],
  note = 'Is this real? https://corp.example/me',
): string {
  const header = [
    `Message-ID: <report-${name}@corp.example>`,
    'Date: Mon, 2 Feb 2026 08:00:00 +0000',
    'From: Jane Doe <jane@corp.example>',
    'To: phishing@corp.example',
    `Subject: Report ${name}`,
    'MIME-Version: 1.0',
  ];
  return mixed(header, [`Content-Type: text/plain\r\n\r\n${note}`, ...parts]);
}

/** A report of mails by these names. */
export function simpleReport(name: string, carried: readonly string[]): string {
  return reportOf(
    name,
    carried.map((one) => attachedMail(carriedMail(one))),
  );
}
