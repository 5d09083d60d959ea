import type { FindingCode } from '../indicators/findings.js';
import {
  type AttachmentSinkOptions,
  attachmentSink,
  emptyContent,
  type KeptBudget,
} from './attachments/attachment-sink.js';
import { type Declared, type FileKind, fileKind } from './attachments/file-kind.js';
import { looksLikeHeader } from './line-endings.js';
import { namedOnce } from './named-once.js';
import { isOtherEncoding } from './other-encodings.js';
import { isEncoded, type PartDescription } from './part-kind.js';
import {
  type AttachmentPart,
  chosenByStart,
  keepText,
  type PartSink,
  type TextBudget,
  type TextPart,
} from './part-sink.js';
import { mayHoldUuFiles, takeUuFiles } from './uuencode.js';

export interface ReadParts {
  /** In order of appearance. */
  readonly texts: readonly TextPart[];
  readonly attachments: readonly AttachmentPart[];
  /** Bytes before the first and after the last part of a multipart, which mail programs do not show. */
  readonly outside: readonly TextPart[];
  readonly findings: ReadonlySet<FindingCode>;
}

/** Where a part stands. */
export interface PartPlace {
  readonly number: string;
  /** Containers around it. */
  readonly depth: number;
  readonly base: string | null;
}

const enrichedTypes: ReadonlySet<string> = new Set(['text/enriched', 'text/richtext']);
const maxTextBytes = 16 * 1024 * 1024;
const maxOutsideBytes = 1024 * 1024;

/** Makes the sinks for the parts of a message, and keeps what passes through them, within limits. */
export class PartCollector {
  readonly findings = new Set<FindingCode>();
  readonly #budget: KeptBudget;
  readonly #texts: TextPart[] = [];
  readonly #outside: TextPart[] = [];
  readonly #attachments: AttachmentPart[] = [];
  /** Attachments, by index, that are one of several readings. */
  #doubtful: Set<number> | null = null;
  readonly #textBudget: TextBudget = { leftBytes: maxTextBytes, exceeded: false };
  readonly #outsideBudget: TextBudget = { leftBytes: maxOutsideBytes, exceeded: false };

  constructor(budget: KeptBudget) {
    this.#budget = budget;
  }

  end(): ReadParts {
    if (this.#textBudget.exceeded) this.findings.add('text-cut');
    const doubtful = this.#doubtful;
    const attachments = doubtful === null ? this.#attachments : namedOnce(this.#attachments, doubtful);
    return { texts: this.#texts, attachments, outside: this.#outside, findings: this.findings };
  }

  /** @param doubtful one of several readings of the part */
  leaf(part: PartDescription, place: PartPlace, fileName: string | null, doubtful: boolean): PartSink {
    const { kind } = part;
    if (isOtherEncoding(part.encoding)) this.findings.add('encoding-unread');
    if (part.contentType === 'message/partial' && kind !== 'message') this.findings.add('message-partial');
    if (part.externalUrl !== null) this.#addText(part.externalUrl, place.number);
    if (kind === 'text' || kind === 'html') return this.#text(kind, part, place, doubtful);
    const attachment = (encoding: string) => this.#attachment({ ...part, encoding }, place, fileName, doubtful);
    if (kind !== 'message' || part.encoding !== 'base64') return attachment(part.encoding);
    // A message must not be encoded, so that some programs do not decode it. No line of Base64 has a colon.
    return chosenByStart((start) => attachment(looksLikeHeader(start) ? '' : part.encoding));
  }

  #text(kind: 'text' | 'html', part: PartDescription, place: PartPlace, doubtful: boolean): PartSink {
    const { number, base } = place;
    return this.raw((raw) => {
      const mayHoldFiles = kind === 'text' && !isEncoded(part) && mayHoldUuFiles(raw);
      const { rest, files } = mayHoldFiles ? takeUuFiles(raw) : { rest: raw, files: [] };
      for (const { name, bytes } of files) this.#add(name, bytes, place, doubtful);
      this.#texts.push(textPart(kind, rest, number, part, part.base ?? base));
    });
  }

  /** Bytes whose structure is not read. */
  undecoded(number: string | null): PartSink {
    return this.raw((raw) => this.#texts.push(textPart('undecoded', raw, number)));
  }

  outside(): PartSink {
    return keepText(this.#outsideBudget, (raw) => {
      if (raw.length > 0) this.#outside.push(textPart('text', raw, null));
    });
  }

  /** As much of a part as is kept of any text. */
  raw(done: (raw: Buffer) => void): PartSink {
    return keepText(this.#textBudget, done);
  }

  #attachment(part: PartDescription, place: PartPlace, fileName: string | null, doubtful: boolean): PartSink {
    const known = knownOf(part, place, fileName);
    if (doubtful) {
      this.#doubtful ??= new Set();
      this.#doubtful.add(this.#attachments.length);
    }
    return this.#file(known, { encoding: part.encoding, hashed: true }, (start) => {
      return part.kind === 'message' ? 'message' : fileKind(start, known);
    });
  }

  /** A message whose parts are read as they come: it is only hashed. */
  message(part: PartDescription, place: PartPlace, fileName: string | null, hashed: boolean): PartSink {
    const options = { encoding: part.encoding, hashed };
    return this.#file(knownOf(part, place, fileName), options, () => null, 'message');
  }

  /** Adds what was read of a part by itself. */
  addAll({ texts, attachments, outside, findings }: ReadParts, depth: number): void {
    this.#texts.push(...texts);
    this.#outside.push(...outside);
    this.#attachments.push(...attachments.map((part) => ({ ...part, depth: part.depth + depth })));
    for (const code of findings) this.findings.add(code);
  }

  #addText(text: string, number: string): void {
    this.#texts.push(textPart('text', Buffer.from(text, 'latin1'), number));
  }

  #add(fileName: string, bytes: Buffer, { number, depth }: PartPlace, doubtful: boolean): void {
    const known = {
      fileName: Buffer.from(fileName, 'latin1').toString(),
      contentType: '',
      charset: null,
      part: number,
      depth,
      ...(doubtful ? { doubtful: true as const } : {}),
    };
    const sink = this.#file(known, { encoding: '', hashed: true }, (start) => fileKind(start, known));
    sink.take(bytes);
    sink.close(false);
  }

  #file(
    known: Declared & Pick<AttachmentPart, 'charset' | 'part' | 'depth' | 'doubtful'>,
    options: Pick<AttachmentSinkOptions, 'encoding' | 'hashed'>,
    kindOf: (start: Buffer) => FileKind | null,
    knownKind: FileKind | null = null,
  ): PartSink {
    const index = this.#attachments.length;
    this.#attachments.push({ ...known, kind: null, content: emptyContent });
    let kind = knownKind;
    const wanted = (start: Buffer) => {
      const found = kindOf(start);
      kind = found ?? knownKind;
      return found !== null;
    };
    return attachmentSink({ ...options, budget: this.#budget, wanted }, (content) => {
      this.#attachments[index] = { ...known, kind, content };
    });
  }
}

function knownOf({ contentType, charset }: PartDescription, { number, depth }: PartPlace, fileName: string | null) {
  return { fileName, contentType, charset, part: number, depth };
}

function textPart(
  kind: TextPart['kind'],
  raw: Buffer,
  number: string | null,
  part: Partial<PartDescription> = {},
  base: string | null = null,
): TextPart {
  const { contentType = '', encoding = '', charset = null, deleteSpace = false } = part;
  const isEnriched = enrichedTypes.has(contentType);
  return {
    kind,
    raw,
    encoding,
    charset,
    deleteSpace,
    part: number,
    urlKind: null,
    isEnriched,
    base: base ?? undefined,
  };
}
