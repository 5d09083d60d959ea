import { gzipSync } from 'node:zlib';
import { base64Lines } from '../support/attachments.js';
import type { Random } from '../support/random.js';
import { zipFile } from '../support/zip-file.js';

/** Makes another mail of one. `other`: one more of the corpus, to take pieces from. */
export type Mutation = (mail: Buffer, random: Random, other: Buffer) => Buffer;

/** A mail is cut here: larger ones would only slow a run down. */
export const maxMailBytes = 512 * 1024;

/** What parsers and finders stumble over. */
const tokens = [
  'http://', 'https://a.example/', 'hxxp[:]//', '[.]', '(dot)', 'xn--', 'www.', 'mailto:', '@', '://', '\\\\', '%25', '%',
  '<!--', '-->', '<![CDATA[', '<base href="//b.example">', '<a href="', '"', "'", '>', '</', '<script>', '</script>',
  '<svg><a xlink:href=', 'srcdoc="<a href=', 'data:text/html;base64,', 'url(', '&#x', '&amp;', '&#1114112;', '=?utf-8?B?',
  '=?iso-2022-jp?Q?', '?=', '\r\n\r\n', '\n', '\r', '\0', '--', '=\r\n', '=3D', '\u001b$B', '\u001b(B', '+ADw-', '\ufeff',
  '\u202e', '\ud83d', 'From: ', 'Content-Type: multipart/mixed; boundary=', 'Content-Type: message/rfc822\r\n\r\n',
  'Content-Transfer-Encoding: base64\r\n', 'charset=', '-----Original Message-----', '> ', 'PK\x03\x04', '%PDF-1.7', '\x1f\x8b',
  'atob("', '"+"', '(((((', ']]]]]', '9'.repeat(400), 'a.'.repeat(200), 'A'.repeat(5000),
]; // biome-ignore format: a word list
const charsets = [
  'utf-7',
  'utf-16',
  'utf-16le',
  'utf-32',
  'koi8-r',
  'gb18030',
  'shift_jis',
  'iso-2022-jp',
  'x',
  '"',
  'cp037',
];
const encodings = ['7bit', '8bit', 'binary', 'base64', 'quoted-printable', 'x-uuencode', 'BASE64 ', 'base 64'];
const types = [
  'text/plain', 'text/html', 'text/calendar', 'text/enriched', 'multipart/mixed', 'multipart/digest', 'multipart/related',
  'message/rfc822', 'message/partial', 'message/delivery-status', 'application/pdf', 'application/zip', 'application/gzip',
  'application/vnd.ms-outlook', 'application/ms-tnef', 'application/octet-stream', 'image/png', 'image/svg+xml', 'x',
]; // biome-ignore format: a word list

export const mutations: Readonly<Record<string, Mutation>> = {
  flipBits(mail, random) {
    const copy = Buffer.from(mail);
    for (let times = random.between(1, 40); times > 0; times -= 1) {
      const at = random.below(copy.length);
      copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
    }
    return copy;
  },
  scramble(mail, random) {
    const { start, end } = piece(mail, random, 200);
    const noise = Buffer.from(Array.from({ length: end - start }, () => random.below(256)));
    return replaced(mail, start, end, noise);
  },
  splice(mail, random, other) {
    return Buffer.concat([mail.subarray(0, random.below(mail.length)), other.subarray(random.below(other.length))]);
  },
  insertPiece(mail, random, other) {
    const { start, end } = piece(other, random, 4000);
    const at = random.below(mail.length);
    return replaced(mail, at, at, other.subarray(start, end));
  },
  repeatPiece(mail, random) {
    const { start, end } = piece(mail, random, 400);
    const times = random.pick([2, 3, 10, 100, 1000]);
    return replaced(mail, end, end, repeated(mail.subarray(start, end), times));
  },
  repeatLine(mail, random) {
    const { start, end } = line(mail, random);
    const times = random.pick([1, 5, 50, 1000]);
    return replaced(mail, end, end, repeated(mail.subarray(start, end), times));
  },
  removePiece(mail, random) {
    const { start, end } = piece(mail, random, mail.length / 3);
    return replaced(mail, start, end, Buffer.alloc(0));
  },
  removeLine(mail, random) {
    const { start, end } = line(mail, random);
    return replaced(mail, start, end, Buffer.alloc(0));
  },
  truncate: (mail, random) => mail.subarray(0, random.below(mail.length)),
  insertTokens(mail, random) {
    let grown = mail;
    for (let times = random.between(1, 6); times > 0; times -= 1) {
      const at = random.below(grown.length);
      const many = random.chance(0.1) ? random.pick([10, 200, 3000]) : 1;
      grown = replaced(grown, at, at, Buffer.from(random.pick(tokens).repeat(many)));
    }
    return grown;
  },
  swapHeaders: (mail, random) =>
    onHeader(mail, (lines) => {
      const [one, two] = [random.below(lines.length), random.below(lines.length)];
      return lines.map((held, index) => (index === one ? lines[two] : index === two ? lines[one] : held) ?? '');
    }),
  otherHeaders: (mail, random, other) =>
    onHeader(mail, (lines) => {
      const foreign = headerLines(other);
      const at = random.below(lines.length + 1);
      return [...lines.slice(0, at), random.pick(foreign), ...lines.slice(at)];
    }),
  breakBoundary(mail, random) {
    const text = mail.toString('latin1');
    const marks = [...text.matchAll(/^--[^\r\n]{1,80}/gm)];
    if (marks.length === 0) return mail;
    const mark = random.pick(marks);
    const changed = random.pick([`${mark[0]}--`, `${mark[0]} \t`, `-${mark[0]}`, mark[0].slice(0, -1), ` ${mark[0]}`, '--', '']);
    return replaced(mail, mark.index, mark.index + mark[0].length, Buffer.from(changed, 'latin1'));
  },
  corruptBase64(mail, random) {
    const { start, end } = line(mail, random, /^[A-Za-z0-9+/]{20,76}=*\r?$/);
    const at = random.between(start, end);
    return replaced(mail, at, at, Buffer.from(random.pick(['=', '==', '*', ' ', '\u00ff', '-_', '\r\n', 'A'])));
  },
  corruptQuotedPrintable(mail, random) {
    const { start, end } = line(mail, random, /=[0-9A-F]{2}|=\r?$/);
    const text = mail.toString('latin1', start, end);
    const changed = random.pick([
      text.replaceAll('=3D', '='),
      text.replaceAll('=', '=='),
      text.replaceAll(/=[0-9A-F]{2}/g, '=G1'),
      text.replace(/=\r?\n$/, ''),
      text.toLowerCase(),
    ]);
    return replaced(mail, start, end, Buffer.from(changed, 'latin1'));
  },
  otherCharset: (mail, random) => changed(mail, /charset="?[^";\r\n]*/gi, () => `charset=${random.pick(charsets)}`),
  otherEncoding: (mail, random) =>
    changed(mail, /(?<=Content-Transfer-Encoding:)[^\r\n]*/gi, () => ` ${random.pick(encodings)}`),
  otherType: (mail, random) => changed(mail, /(?<=Content-Type:)[^;\r\n]*/gi, () => ` ${random.pick(types)}`),
  otherLineEndings: (mail, random) => changed(mail, /\r\n/g, () => random.pick(['\n', '\n', '\r', '\r\r\n'])),
  nestAsMessage: (mail, random) =>
    Buffer.concat([
      Buffer.from(`Subject: outer\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: ${random.pick(['7bit', 'base64'])}\r\n\r\n`),
      mail,
    ]),
  nestAsFile(mail, random) {
    const name = random.pick(['inner.eml', 'inner.html', 'inner.zip', 'inner.gz', 'inner.pdf', 'inner.txt', 'inner.ics']);
    const bytes = random.pick([
      (raw: Buffer) => raw,
      (raw: Buffer) => gzipSync(raw),
      (raw: Buffer) => zipFile([{ name: 'mail.eml', bytes: raw }]),
      (raw: Buffer) => zipFile([{ name: 'page.html', bytes: raw, stored: true }]),
    ])(mail);
    return Buffer.from(
      `Subject: outer\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\n--outer\r\nContent-Type: ${random.pick(types)}; name=${name}\r\nContent-Disposition: attachment; filename=${name}\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64Lines(bytes)}\r\n--outer--\r\n`,
    );
  },
  forward: (mail, random) =>
    Buffer.concat([
      Buffer.from('Subject: Fwd\r\nContent-Type: text/plain\r\n\r\n---------- Forwarded message ---------\r\n'),
      random.chance(0.5) ? mail : Buffer.from(mail.toString('latin1').replaceAll(/^/gm, '> '), 'latin1'),
    ]),
  joinMails: (mail, _, other) =>
    Buffer.concat([
      Buffer.from('Content-Type: multipart/digest; boundary=both\r\n\r\n--both\r\n\r\n'),
      mail,
      Buffer.from('\r\n--both\r\n\r\n'),
      other,
      Buffer.from('\r\n--both--\r\n'),
    ]),
}; // biome-ignore format: one line a mutation where it fits

interface Piece {
  readonly start: number;
  readonly end: number;
}

function piece(mail: Buffer, random: Random, maxBytes: number): Piece {
  const start = random.below(mail.length);
  return { start, end: Math.min(mail.length, start + 1 + random.below(Math.max(1, maxBytes))) };
}

/** A line with its ending, one of those that are like that where there are any. */
function line(mail: Buffer, random: Random, like?: RegExp): Piece {
  let start = 0;
  const lines: Piece[] = [];
  const liked: Piece[] = [];
  while (start < mail.length) {
    const feed = mail.indexOf(0x0a, start);
    const end = feed < 0 ? mail.length : feed + 1;
    lines.push({ start, end });
    if (like?.test(mail.toString('latin1', start, Math.min(end, start + 100)).trimEnd())) liked.push({ start, end });
    start = end;
  }
  return random.pick(liked.length > 0 ? liked : lines);
}

/** No longer than any mail of a run: a thousand times a long line would be half a gigabyte. */
function repeated(bytes: Buffer, times: number): Buffer {
  return bytes.length === 0 ? bytes : Buffer.alloc(Math.min(bytes.length * times, maxMailBytes), bytes);
}

function replaced(mail: Buffer, start: number, end: number, by: Buffer): Buffer {
  return Buffer.concat([mail.subarray(0, start), by, mail.subarray(end)]);
}

/** One of the places that match becomes another, or all of them. */
function changed(mail: Buffer, places: RegExp, other: () => string): Buffer {
  return Buffer.from(mail.toString('latin1').replace(places, other), 'latin1');
}

function headerLines(mail: Buffer): readonly string[] {
  const text = mail.toString('latin1');
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
  return text.slice(0, end).split(/\r?\n(?![ \t])/);
}

function onHeader(mail: Buffer, change: (lines: readonly string[]) => readonly string[]): Buffer {
  const lines = headerLines(mail);
  const length = lines.join('\r\n').length;
  return Buffer.concat([Buffer.from(change(lines).join('\r\n'), 'latin1'), mail.subarray(length)]);
}
