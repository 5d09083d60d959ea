import type { FindingCode } from '../../indicators/findings.js';
import type { AttachmentInfo, UrlKind } from '../../indicators/types.js';
import type { HeaderField } from '../headers.js';
import { holdsOtherEncoding, isCalledOtherEncoding } from '../other-encodings.js';
import type { AttachmentPart, TextPart } from '../part-sink.js';
import type { DrawnCodes } from '../qr/drawn-codes.js';
import { isUnreadImage } from '../qr/unread-image.js';
import type { KeptBudget } from './attachment-sink.js';
import { describeContent } from './describe-file.js';
import { DoubtfulReadings } from './doubtful-readings.js';
import { type FileKind, isCalledHtml } from './file-kind.js';
import { codeBudget, findCodes, findCodesInPieces } from './find-codes.js';
import { isUnopenedArchive } from './misleading.js';
import { isArchive, isHeavy, openers } from './openers.js';
import { shown } from './take-member.js';
import type { AttachedFile, Found, OpeningBudget } from './types.js';

export interface LookingOptions {
  /** Of the mail. */
  readonly sizeBytes: number;
  readonly maxDepth: number;
  readonly kept: KeptBudget;
  /** Whether such a file is opened. */
  readonly opens: (file: AttachedFile) => boolean;
  readonly thorough: boolean;
  /** Called before the first file that may take long. */
  readonly onHeavy: () => void;
  /** By `performance.now()`: no file is opened afterwards. */
  readonly untilMs: number;
  readonly nameOf: (headers: readonly HeaderField[]) => string | null;
  readonly wantsHeader?: ((name: string) => boolean) | undefined;
  readonly addMessage: (part: string, headers: readonly HeaderField[]) => void;
  readonly addText: (part: TextPart) => void;
  readonly addUrl: (url: string, kind: UrlKind, part: string) => void;
  readonly addFinding: (code: FindingCode) => void;
  /** What the texts read so far hold of images; grows while files are opened. */
  readonly drawn?: DrawnCodes;
}

const maxAttachments = 1000;
const maxUnpackedBytes = 64 * 1024 * 1024;
const maxMembers = 500;
/** Archives in archives. */
const maxArchives = 3;
const maxPages = 50;
/** The part of the time for attachments. */
const timeForImages = 0.5;
const textual: ReadonlySet<FileKind> = new Set<FileKind>(['html', 'text', 'message', 'page']);

/**
 * Describes the attachments of a mail and looks into those that can be opened, and into what is in them. What is
 * quick comes first: a hostile archive or PDF costs no more than itself.
 * @returns the attachments in order, then the files found in them
 */
export async function lookInto(
  parts: readonly AttachmentPart[],
  options: LookingOptions,
): Promise<readonly AttachmentInfo[]> {
  const infos: AttachmentInfo[] = [];
  const quick: AttachedFile[] = [];
  const heavy: AttachedFile[] = [];
  const images: AttachedFile[] = [];
  const waiting = parts.map((part) => ({ part, archives: 0 }));
  const budget: OpeningBudget = {
    kept: options.kept,
    unpackedBytes: maxUnpackedBytes,
    members: maxMembers,
    pages: maxPages,
    codes: codeBudget((options.untilMs - performance.now()) * timeForImages),
  };
  const readings = new DoubtfulReadings(() => options.sizeBytes + maxUnpackedBytes - budget.unpackedBytes);
  const queue = (file: AttachedFile) => (file.kind === 'image' ? images : isHeavy(file) ? heavy : quick).push(file);
  const found: Found = {
    budget,
    thorough: options.thorough,
    maxDepth: options.maxDepth,
    maxArchives,
    nameOf: options.nameOf,
    wantsHeader: options.wantsHeader,
    message: options.addMessage,
    text: options.addText,
    url: options.addUrl,
    attachments: (more, archives) => waiting.push(...more.map((part) => ({ part, archives }))),
    member(info) {
      if (infos.length < maxAttachments) infos.push(info);
      if (isUnopenedArchive(info)) options.addFinding('archive-unopened');
      if (isUnreadImage(info)) options.addFinding('image-unread');
      if (isCalledOtherEncoding(info)) options.addFinding('encoding-unread');
    },
    file(file) {
      queue(file);
      // A file may be of two kinds: what opens it goes by its name.
      if (!textual.has(file.kind) && isCalledHtml({ fileName: file.name, contentType: file.contentType }))
        queue({ ...file, kind: 'html' });
    },
    finding: options.addFinding,
    overdue: () => performance.now() > options.untilMs,
  };
  let begun = false;
  const begin = () => {
    if (!begun) options.onHeavy();
    begun = true;
  };
  for (;;) {
    const next = waiting.shift();
    if (next !== undefined) {
      await takePart(next.part, next.archives, found);
      continue;
    }
    const file = quick.shift() ?? heavy.shift() ?? images.shift();
    if (file === undefined) {
      const drawing = options.drawn?.next();
      if (drawing === undefined) {
        if (options.drawn?.cut === true) options.addFinding('images-cut');
        await findCodesInPieces(found);
        return infos;
      }
      begin();
      await findCodes(drawing.image, drawing.part, found);
      continue;
    }
    if (!options.opens(file) || readings.isRepeated(file)) continue;
    if (file.archives >= maxArchives && isArchive(file)) {
      options.addFinding('archive-cut');
      continue;
    }
    if (found.overdue()) {
      options.addFinding('attachments-cut');
      return infos;
    }
    if (!readings.take(file)) {
      options.addFinding('attachments-cut');
      continue;
    }
    if (isHeavy(file)) begin();
    try {
      await openers[file.kind](file, found);
    } catch {
      options.addFinding('attachment-unreadable');
    }
  }
}

async function takePart(attachment: AttachmentPart, archives: number, found: Found): Promise<void> {
  const { fileName, contentType, charset, part, depth, kind, content, again = false, doubtful } = attachment;
  if (!again) found.member({ ...(await describeContent(fileName, contentType, content, kind, found)), part });
  if (holdsOtherEncoding(content.start.toString('latin1'))) found.finding('encoding-unread');
  if (kind === null || content.kept === null) return;
  if (content.cut) found.finding('attachment-too-large');
  const path = fileName === null ? part : `${part}/${shown(fileName)}`;
  found.file({
    kind,
    name: fileName,
    part,
    path,
    contentType,
    bytes: content.kept,
    charset,
    archives,
    depth,
    doubtful,
  });
}
