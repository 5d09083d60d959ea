import { createHash } from 'node:crypto';

export interface GeneratedMailOptions {
  /** Every `every`th mail carries an attachment of this many bytes. */
  readonly attachment?: { readonly sizeBytes: number; readonly every: number };
  /** Mails of another prefix are other mails. */
  readonly prefix?: string;
}

/** Links of a kit's page: most of its bytes are the layout of the brand it pretends to be. */
const linksAMail = 12;

/**
 * Mails shaped like phishing: multipart/alternative, a short text part, a quoted-printable HTML part of 4 to 60 kB
 * (median 20 kB) with tables, inline styles and a dozen links. The same number always gives the same mail.
 */
export function generatedMails(count: number, options: GeneratedMailOptions = {}): readonly Buffer[] {
  return Array.from({ length: count }, (_, index) => generatedMail(index + 1, options));
}

export function generatedMail(number: number, { attachment, prefix = 'mail' }: GeneratedMailOptions = {}): Buffer {
  const name = `${prefix}-${number}`;
  const attached = attachment !== undefined && number % attachment.every === 0 ? attachment.sizeBytes : 0;
  const mixed = [
    ...headers(name, number),
    'Content-Type: multipart/mixed; boundary="mixed"',
    '',
    '--mixed',
    'Content-Type: multipart/alternative; boundary="both"',
    '',
    '--both',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 7bit',
    '',
    `Your account is on hold. Confirm it within 24 hours: https://login.phish-${number % 97}.example/${name}/text`,
    '',
    '--both',
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    quotedPrintable(html(name, number)),
    '--both--',
  ].join('\r\n');
  if (attached === 0) return Buffer.from(`${mixed}\r\n--mixed--\r\n`);
  const head = [
    '',
    '--mixed',
    `Content-Type: application/pdf; name="invoice-${number}.pdf"`,
    `Content-Disposition: attachment; filename="invoice-${number}.pdf"`,
    'Content-Transfer-Encoding: base64',
    '',
    '',
  ].join('\r\n');
  return Buffer.concat([Buffer.from(mixed + head), base64Lines(name, attached), Buffer.from('--mixed--\r\n')]);
}

function headers(name: string, number: number): readonly string[] {
  const second = String(number % 60).padStart(2, '0');
  return [
    `Received: from mx${number % 7}.relay.example ([192.0.2.${number % 250}]) by mail.example.com with ESMTPS id ${name};`,
    `\tMon, 2 Mar 2026 10:00:${second} +0000`,
    `Authentication-Results: mail.example.com; spf=fail; dkim=none; dmarc=fail`,
    `Message-ID: <${name}@relay.example>`,
    `Date: Mon, 2 Mar 2026 10:00:${second} +0000`,
    `From: "Account Service" <service-${number}@phish-${number % 97}.example>`,
    'To: soc@example.com',
    `Subject: =?utf-8?Q?Action_required_=E2=80=93_case_${number}?=`,
    'MIME-Version: 1.0',
  ];
}

function html(name: string, number: number): string {
  const links = Array.from(
    { length: linksAMail },
    (_, index) =>
      `<td style="padding:12px 18px;font:14px Arial,sans-serif"><a href="https://login.phish-${number % 97}.example/${name}/${index}?u=soc&amp;t=${hash(`${name}.${index}`)}">Confirm your account – step ${index + 1}</a></td>`,
  );
  const rows: string[] = [];
  const bytes = htmlBytes(number);
  for (let size = 0; size < bytes; ) {
    const link = rows.length % 5 === 0 ? (links[rows.length / 5] ?? '') : '';
    const row = `<tr style="border-bottom:1px solid #e5e5e5;background:#f${rows.length % 10}f8fb"><td width="600" align="left" style="padding:12px 18px;color:#333333;font:14px/20px Arial,sans-serif">We noticed an unusual sign-in to your account, reference ${hash(`${name}:${rows.length}`)}. If this was not you, act now.</td>${link}</tr>`;
    rows.push(row);
    size += row.length;
  }
  return `<!DOCTYPE html>\r\n<html><head><meta charset="utf-8"><title>Notice</title></head><body><table role="presentation">\r\n${rows.join('\r\n')}\r\n</table></body></html>`;
}

/** Spread so that half are below 20 kB, and the largest at 60 kB. */
function htmlBytes(number: number): number {
  const place = ((number * 7919) % 1000) / 1000;
  return place < 0.5 ? 4_000 + place * 32_000 : 20_000 + (place - 0.5) * 80_000;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}

/** Each byte as it stands in quoted-printable text (RFC 2045 §6.7). */
const encodedBytes = Array.from({ length: 256 }, (_, byte) =>
  byte === 0x3d || byte < 0x20 || byte > 0x7e
    ? `=${byte.toString(16).toUpperCase().padStart(2, '0')}`
    : String.fromCharCode(byte),
);

/** Lines of at most 76 characters. */
function quotedPrintable(text: string): string {
  return text
    .split('\r\n')
    .map((line) => {
      let lines = '';
      let length = 0;
      for (const byte of Buffer.from(line)) {
        const piece = encodedBytes[byte] ?? '';
        if (length + piece.length > 75) {
          lines += '=\r\n';
          length = 0;
        }
        lines += piece;
        length += piece.length;
      }
      return lines;
    })
    .join('\r\n');
}

/** Bytes of no pattern, in base64, 76 characters a line. */
function base64Lines(seed: string, sizeBytes: number): Buffer {
  const block = Buffer.concat(
    Array.from({ length: 1024 }, (_, index) => createHash('sha256').update(`${seed}/${index}`).digest()),
  );
  // 57 bytes make a line: a multiple of it, so that blocks join without padding between them.
  const whole = block.subarray(0, Math.floor(block.length / 57) * 57);
  const lines = whole.toString('base64').replace(/.{76}/g, '$&\r\n');
  const times = Math.max(1, Math.ceil(sizeBytes / whole.length));
  return Buffer.from(lines.repeat(times));
}
