import { deflateSync } from 'node:zlib';
import { pdfFile } from '../../test/support/attachments.js';
import { pngFile } from '../../test/support/png-file.js';
import { type Random, seededRandom } from '../../test/support/random.js';
import { type Link, type LinkHabits, linkHabits, makeLink, token } from './links.js';
import { phishingHtml } from './phishing-html.js';
import { encodeBody, type TransferEncoding } from './transfer-encoding.js';

export interface PhishingMail {
  readonly raw: Buffer;
  readonly shape: 'text' | 'html' | 'pdf' | 'image';
  /** What a person who clicks opens. */
  readonly links: readonly Link[];
  /** What else is rightly found in it. */
  readonly others: ReadonlySet<string>;
}

interface Part {
  readonly header: readonly string[];
  readonly body: Buffer;
}

const medianBytes = 20_000;

/** Mails shaped like phishing of today. The same seed gives the same mails. */
export function phishingMails(count: number, seed = 1): readonly PhishingMail[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => phishingMail(index + 1, random));
}

function phishingMail(number: number, random: Random): PhishingMail {
  const habits = linkHabits(random);
  const draw = random.next();
  const shape = draw < 0.1 ? 'text' : draw < 0.92 ? 'html' : draw < 0.96 ? 'pdf' : 'image';
  const links: Link[] = [];
  const others: string[] = [];
  const root =
    shape === 'text' ? textBody(habits, links, random) : htmlBody(habits, htmlBytes(random), links, others, random);
  const parts = [root, ...attachmentsOf(shape, habits, links, number, random)];
  const boundary = `=_${token(random)}`;
  const whole = parts.length === 1 ? root : multipart('mixed', parts, boundary);
  const raw = Buffer.concat([lines([...headers(habits, number, others, random), ...whole.header, '']), whole.body]);
  return { raw, shape, links, others: new Set(others.map((url) => new URL(url).href)) };
}

/** Log-normal: half of the mails are below the median, a few ten times as large. */
function htmlBytes(random: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return Math.min(250_000, Math.max(1500, medianBytes * 0.8 * Math.exp(0.9 * normal)));
}

function headers(habits: LinkHabits, number: number, others: string[], random: Random): readonly string[] {
  const unsubscribe = `https://${habits.host}/u/${token(random)}`;
  const listed = random.chance(0.2);
  if (listed) others.push(unsubscribe);
  return [
    `Received: from ${habits.host} (mail [203.0.113.${random.between(1, 254)}]) by mx.example.com with ESMTPS id ${token(random)};`,
    '\tSun, 22 Nov 2026 08:15:00 +0000',
    'Authentication-Results: mx.example.com; spf=pass; dkim=none; dmarc=fail',
    'DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=s1;',
    `\tbh=${token(random)}; h=From:Subject:Date; b=${Array.from({ length: 12 }, () => token(random)).join('')}`,
    `Message-ID: <${number}.${token(random)}@${habits.host}>`,
    `Date: Sun, 22 Nov 2026 08:15:${String(number % 60).padStart(2, '0')} +0000`,
    `From: =?utf-8?Q?Account_S=C3=A9curit=C3=A9?= <no-reply@${habits.host}>`,
    'To: soc@example.com',
    `Subject: =?UTF-8?B?${Buffer.from(`Action required – case ${number}`).toString('base64')}?=`,
    ...(listed ? [`List-Unsubscribe: <${unsubscribe}>, <mailto:leave@${habits.host}>`] : []),
    'MIME-Version: 1.0',
  ];
}

function textBody(habits: LinkHabits, links: Link[], random: Random): Part {
  const paragraphs = Array.from({ length: random.between(2, 12) }, () => {
    const link = makeLink({ ...habits, base: false, blanks: false, unquoted: false }, random);
    links.push(link);
    const url = link.wrapped ?? link.target;
    return `Your account is on hold (case ${random.below(1e6)}). Confirm it within 24 hours:\r\n${random.pick([url, `<${url}>`, `${url} .`])}\r\n`;
  });
  return textPart('text/plain', paragraphs.join('\r\n'), random);
}

function htmlBody(habits: LinkHabits, bytes: number, links: Link[], others: string[], random: Random): Part {
  const page = phishingHtml(habits, bytes, random);
  links.push(...page.links);
  others.push(...page.others);
  const html = textPart('text/html', page.html, random);
  if (random.chance(0.45)) return html;
  const [first] = page.links;
  const text = `Please read this message in HTML, or open ${first?.wrapped ?? first?.target ?? ''} instead.\r\n`;
  return multipart('alternative', [textPart('text/plain', text, random), html], `_000_${token(random)}`);
}

function textPart(type: string, text: string, random: Random): Part {
  const charset = random.pick(['utf-8', 'UTF-8', 'utf-8', '"utf-8"', 'iso-8859-1', 'windows-1252']);
  const encoding: TransferEncoding = random.pick(['quoted-printable', 'quoted-printable', 'base64', '8bit']);
  const bytes = Buffer.from(text, /8859|1252/.test(charset) ? 'latin1' : 'utf8');
  return {
    header: [`Content-Type: ${type}; charset=${charset}`, `Content-Transfer-Encoding: ${encoding}`],
    body: encodeBody(bytes, encoding),
  };
}

function attachmentsOf(
  shape: PhishingMail['shape'],
  habits: LinkHabits,
  links: Link[],
  number: number,
  random: Random,
): readonly Part[] {
  if (shape === 'pdf') {
    const link = makeLink({ ...habits, base: false, blanks: false, unquoted: false, ampersands: false }, random);
    links.push(link);
    const pages = Array.from({ length: random.between(1, 4) }, () => `Invoice ${number}, due at once`);
    const picture = packedImage(random);
    return [
      attached(
        `invoice-${number}.pdf`,
        'application/pdf',
        pdfFile({ links: [`(${link.wrapped ?? link.target})`], pages, moreObjects: [picture] }),
      ),
    ];
  }
  if (shape !== 'image') return [];
  return Array.from({ length: random.between(1, 3) }, (_, index) =>
    attached(`logo-${index}.png`, 'image/png', pngFile(random.between(80, 400), random.between(40, 200), random)),
  );
}

/** What makes most of a PDF's bytes. */
function packedImage(random: Random): string {
  const pixels = Buffer.from(Array.from({ length: random.between(5_000, 60_000) }, () => random.below(256)));
  const packed = deflateSync(pixels);
  return `<< /Type /XObject /Subtype /Image /Width 1 /Height ${pixels.length} /ColorSpace /DeviceGray /BitsPerComponent 8 /Length ${packed.length} /Filter /FlateDecode >>\nstream\n${packed.toString('latin1')}\nendstream`;
}

function attached(name: string, type: string, bytes: Buffer): Part {
  return {
    header: [
      `Content-Type: ${type}; name="${name}"`,
      `Content-Disposition: attachment; filename="${name}"`,
      'Content-Transfer-Encoding: base64',
    ],
    body: encodeBody(bytes, 'base64'),
  };
}

function multipart(subtype: string, parts: readonly Part[], boundary: string): Part {
  const pieces = parts.flatMap(({ header, body }) => [
    lines([`--${boundary}`, ...header, '']),
    body,
    Buffer.from('\r\n'),
  ]);
  return {
    header: [`Content-Type: multipart/${subtype}; boundary="${boundary}"`],
    body: Buffer.concat([...pieces, lines([`--${boundary}--`])]),
  };
}

function lines(texts: readonly string[]): Buffer {
  return Buffer.from(texts.map((text) => `${text}\r\n`).join(''));
}
