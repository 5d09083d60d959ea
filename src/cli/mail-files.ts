import { createReadStream } from 'node:fs';
import { LurewatchError } from '../errors/lurewatch-error.js';

/** One mail of a file. */
export interface MailInFile {
  /** The file; `file#3` for the third mail of an mbox that holds several. */
  readonly name: string;
  /** Its beginning, of as many bytes as were asked for, and one more where it goes on. */
  readonly bytes: Buffer;
}

/** RFC 4155 appendix A: `From a@b.example Mon Nov  2 08:00:00 2026`. The time tells it from a sentence. */
const fromLine = /^From \S.{0,300}\d{1,2}:\d{2}/;
const fromStart = Buffer.from('From ');
const quotedFrom = /^>+From /;
const maxFromLine = 512;
const lf = 0x0a;

/**
 * The mails of a file: one, or those of an mbox, which begins with a `From ` line.
 * @param file `-` is standard input
 * @param mostBytes what is kept of each mail
 * @throws LW_USAGE where the file cannot be read
 */
export async function* mailsOf(file: string, mostBytes: number): AsyncGenerator<MailInFile> {
  const mails = new MailSplitter(mostBytes);
  let first: Buffer | undefined;
  let count = 0;
  const named = (bytes: Buffer): MailInFile[] => {
    count += 1;
    if (count === 1) {
      first = bytes;
      return [];
    }
    const held = first === undefined ? [] : [{ name: `${file}#1`, bytes: first }];
    first = undefined;
    return [...held, { name: `${file}#${count}`, bytes }];
  };
  try {
    const stream = file === '-' ? process.stdin : createReadStream(file);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      for (const bytes of mails.take(chunk)) yield* named(bytes);
      if (mails.full) break;
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LurewatchError('LW_USAGE', `the mail cannot be read (${reason})`, {
      where: file,
      mend: 'Name a file with one raw mail, an mbox, or `-` for standard input.',
      cause,
    });
  }
  const last = mails.end();
  if (last.length > 0 || count === 0) yield* named(last);
  if (first !== undefined) yield { name: file, bytes: first };
}

/** Cuts a stream into mails, line by line, with no more memory than one mail may take. */
class MailSplitter {
  readonly #mostBytes: number;
  #kept: Buffer[] = [];
  #size = 0;
  #mbox: boolean | undefined;
  /** The line before was empty, or there is none. */
  #afterBlank = true;
  #carry: Buffer = Buffer.alloc(0);

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** No mail will follow, and of this one nothing more is kept. */
  get full(): boolean {
    return this.#mbox === false && this.#size > this.#mostBytes;
  }

  /** @returns mails that ended in this chunk */
  take(chunk: Buffer): Buffer[] {
    const bytes = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk]);
    this.#mbox ??= bytes.length < fromStart.length ? undefined : bytes.subarray(0, 5).equals(fromStart);
    if (this.#mbox === false) {
      this.#carry = Buffer.alloc(0);
      this.#keep(bytes);
      return [];
    }
    const end = bytes.lastIndexOf(lf) + 1;
    const ended = this.#mbox === undefined ? [] : this.#takeLines(bytes.subarray(0, end));
    const rest = bytes.subarray(this.#mbox === undefined ? 0 : end);
    // A line without end is none that separates mails.
    const tooLong = rest.length > maxFromLine && this.#mbox === true;
    if (tooLong) this.#keepLine(rest);
    this.#carry = tooLong ? Buffer.alloc(0) : Buffer.from(rest);
    return ended;
  }

  end(): Buffer {
    this.#keepLine(this.#carry);
    return this.#endMail();
  }

  #takeLines(bytes: Buffer): Buffer[] {
    const ended: Buffer[] = [];
    let from = 0;
    for (let start = 0; start < bytes.length; ) {
      const lineFeed = bytes.indexOf(lf, start);
      const end = lineFeed < 0 ? bytes.length : lineFeed + 1;
      if (this.#afterBlank && isFromLine(bytes, start, end)) {
        this.#keep(bytes.subarray(from, start));
        if (this.#size > 0) ended.push(this.#endMail());
        from = end;
      } else if (bytes[start] === 0x3e && quotedFrom.test(bytes.toString('latin1', start, Math.min(end, start + 40)))) {
        // mboxrd: one quote mark less.
        this.#keep(bytes.subarray(from, start));
        from = start + 1;
      }
      this.#afterBlank = bytes[start] === lf || (bytes[start] === 0x0d && end - start === 2);
      start = end;
    }
    this.#keep(bytes.subarray(from));
    return ended;
  }

  #keepLine(line: Buffer): void {
    if (line.length === 0) return;
    this.#afterBlank = false;
    if (this.#mbox === true && this.#size === 0 && isFromLine(line, 0, line.length)) return;
    this.#keep(line);
  }

  #keep(bytes: Buffer): void {
    const length = Math.min(bytes.length, this.#mostBytes + 1 - this.#size);
    if (length <= 0) return;
    this.#kept.push(Buffer.from(bytes.subarray(0, length)));
    this.#size += length;
  }

  #endMail(): Buffer {
    const mail = Buffer.concat(this.#kept);
    this.#kept = [];
    this.#size = 0;
    return mail;
  }
}

function isFromLine(bytes: Buffer, start: number, end: number): boolean {
  if (bytes[start] !== 0x46 || end - start > maxFromLine) return false;
  return fromLine.test(bytes.toString('latin1', start, end));
}
