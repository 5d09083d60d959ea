/** Sample mails of our own making, always the same bytes. Only reserved names and addresses (RFC 2606, RFC 5737). */
export interface DemoMail {
  /** What it shows, as a file name. */
  readonly name: string;
  readonly raw: Buffer;
}

export function demoMails(): readonly DemoMail[] {
  return [
    mail('plain-text', header('Parcel waiting', 'parcel-1@mail.example.com', 'Courier <info@courier.example>', 0), [
      'Your parcel could not be delivered.',
      '',
      'Pay the fee of 1.99 at http://courier.example/pay?parcel=84210 (until Friday),',
      'or at www.courier.example/help.',
    ]),
    mail(
      'html-tricky-links',
      html('Your mailbox is full', 'quota-7@it-desk.example', 'IT desk <it@it-desk.example>', 1),
      [
        '<html><head><base href="https://login.example.net/owa/">',
        '<meta http-equiv="refresh" content="600; url=https://refresh.example.net/now"></head><body>',
        '<p>Your mailbox is 98% full. <a href="auth.html?user=soc&amp;step=1">https://mail.example.com/quota</a></p>',
        '<a href=" http://mail.example.com@198.51.100.23:8080/quota ">Open quota</a>',
        '<map><area href="//area.example.net/click" alt="area"></map>',
        '<form action="https://form.example.net/submit"><button formaction="https://form.example.net/other">Go</button></form>',
        '<!--[if mso]><a href="https://outlook.example.net/only">Outlook sees this</a><![endif]-->',
        '<img src="https://pixel.example.net/open.gif?id=1" srcset="https://pixel.example.net/2x.gif 2x">',
        '<td background="https://pixel.example.net/back.png"></td></body></html>',
      ],
    ),
    mail(
      'multipart-alternative',
      multipart(
        'alternative',
        'Invoice 2026-1107',
        'inv-1107@billing.example',
        '"Billing, Example" <billing@billing.example>',
        2,
      ),
      [
        '--=_part',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        'Your invoice is overdue =E2=80=93 view it: https://billing.example/invoices/view?id=',
        '=3D2026-1107&token=3Dabcdef0123456789abcdef0123456789abcdef0123456789abc=',
        'def',
        '--=_part',
        'Content-Type: text/html; charset=utf-8',
        'Content-Transfer-Encoding: base64',
        '',
        ...base64Lines(
          '<p>Your invoice is overdue. <a href="https://billing.example/pay?id=2026-1107">Pay now</a></p>',
        ),
        '--=_part--',
      ],
    ),
    mail(
      'japanese-iso-2022-jp',
      [
        'Message-ID: <20261122.ja1@pay.example.jp>',
        date(3),
        'From: =?iso-2022-jp?B?GyRCJSslOSU/JV4hPCU1JV0hPCVIGyhC?= <support@pay.example.jp>',
        'To: soc@example.com',
        'Subject: =?iso-2022-jp?B?GyRCIVo9RU1XIVskKjtZSickJEp9SyEkTjNORycbKEI=?=',
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=iso-2022-jp',
        'Content-Transfer-Encoding: 7bit',
      ],
      [
        '\x1b$B$*5RMM$X\x1b(B',
        '',
        "\x1b$B$*;YJ'$$J}K!$r3NG'$G$-$^$;$s$G$7$?!#<!$N%Z!<%8$+$i99?7$7$F$/$@$5$$!#\x1b(B",
        'https://pay.example.jp/account?id=42&lang=ja',
        '',
        '\x1b$B!V\x1b(Bhttp://192.0.2.44/ja/\x1b$B!W$+$i$b99?7$G$-$^$9!#\x1b(B',
      ],
    ),
    mail(
      'japanese-shift-jis',
      [
        'Message-ID: <20261122.sj1@present.example.jp>',
        date(4),
        'From: present@present.example.jp',
        'To: soc@example.com',
        'Subject: =?shift_jis?B?k5aRSYLMgqiSbYLngrk=?=',
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=Shift_JIS',
        'Content-Transfer-Encoding: base64',
      ],
      [
        'gqiC34LFgsaCpIKygrSCooLcgreBQg0KaHR0cDovL3ByZXNlbnQuZXhhbXBsZS5qcC91a2V0b3Jp',
        'Lmh0bWwggqmC547zgq+O5oLogvCBQg0K',
      ],
    ),
    mail(
      'forwarded-as-attachment',
      multipart('mixed', 'Fwd: is this real?', 'fwd-1@example.com', 'Kim Reporter <kim@example.com>', 5),
      [
        '--=_part',
        'Content-Type: text/plain; charset=us-ascii',
        '',
        'I did not order anything. Please check.',
        '--=_part',
        'Content-Type: message/rfc822',
        'Content-Disposition: attachment; filename="order.eml"',
        '',
        ...header('Your order 5521', 'order-5521@shop.example', 'Shop <orders@shop.example>', 5),
        '',
        'Cancel the order here: https://shop.example.net/cancel/5521',
        '--=_part--',
      ],
    ),
    mail(
      'forwarded-inline',
      header('FW: Password expires today', 'fwd-2@example.com', 'Lee Reporter <lee@example.com>', 6),
      [
        'Looks odd to me.',
        '',
        '-------- Forwarded message --------',
        'From: Help Desk <helpdesk@support.example.net>',
        'Subject: Password expires today',
        '',
        '> Keep your password: <https://support.example.net/keep?u=lee@example.com>',
      ],
    ),
    mail(
      'with-attachment',
      multipart('mixed', 'Scanned document', 'scan-3@printer.example', 'Scanner <scanner@printer.example>', 7),
      [
        '--=_part',
        'Content-Type: text/plain; charset=utf-8',
        '',
        'The scan is attached. If it does not open: https://docs.example.org/scan/3',
        '--=_part',
        "Content-Type: application/octet-stream; name*=utf-8''Rechnung%20M%C3%A4rz.zip",
        "Content-Disposition: attachment; filename*=utf-8''Rechnung%20M%C3%A4rz.zip",
        'Content-Transfer-Encoding: base64',
        '',
        ...base64Lines('PK\u0003\u0004 not really an archive, and never opened: https://inside.example.org/never'),
        '--=_part--',
      ],
    ),
    mail(
      'no-message-id',
      [date(8), 'From: prize@lottery.example', 'To: soc@example.com', 'Subject: You won'],
      ['Claim at http://203.0.113.9/claim before midnight.'],
    ),
    mail(
      'repeated-message-id',
      header('Parcel waiting', 'parcel-1@mail.example.com', 'Courier <info@courier.example>', 9),
      ['The same Message-ID as another mail here, with other content:', 'http://second.courier.example/pay'],
    ),
    mail(
      'broken-mime-structure',
      multipart('mixed', 'Secure message', 'broken-1@bank.example', 'Bank <no-reply@bank.example>', 10),
      [
        'This boundary was never declared:',
        '--other-boundary  ',
        'Content-Type: text/html charset=utf-8',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        '<a href=3D"https://bank.example.org/secure?m=3D1">Read the message</a>',
      ],
    ),
    mail(
      'no-subject',
      ['Message-ID: <empty-1@nobody.example>', date(11), 'From: <nobody@nobody.example>', 'To: soc@example.com'],
      ['https://short.example/a1b2'],
    ),
  ];
}

function mail(name: string, headerLines: readonly string[], bodyLines: readonly string[]): DemoMail {
  return { name, raw: Buffer.from(`${[...headerLines, '', ...bodyLines].join('\r\n')}\r\n`, 'utf8') };
}

function header(subject: string, messageId: string, from: string, number: number): string[] {
  return [`Message-ID: <${messageId}>`, date(number), `From: ${from}`, 'To: soc@example.com', `Subject: ${subject}`];
}

function html(subject: string, messageId: string, from: string, number: number): string[] {
  return [...header(subject, messageId, from, number), 'MIME-Version: 1.0', 'Content-Type: text/html; charset=utf-8'];
}

function multipart(kind: string, subject: string, messageId: string, from: string, number: number): string[] {
  const type = `Content-Type: multipart/${kind}; boundary="=_part"`;
  return [...header(subject, messageId, from, number), 'MIME-Version: 1.0', type];
}

function date(number: number): string {
  return `Date: Mon, 02 Nov 2026 08:${String(number).padStart(2, '0')}:00 +0900`;
}

function base64Lines(text: string): string[] {
  return (
    Buffer.from(text)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  ).slice();
}
