import type { Gunzip, InflateRaw } from 'node:zlib';
import { wellFormed } from '../../text/well-formed.js';
import { attachmentSink, type FileContent } from './attachment-sink.js';
import { describeContent } from './describe-file.js';
import { type FileKind, fileKind } from './file-kind.js';
import type { AttachedFile, Found } from './types.js';

export interface Member {
  readonly archive: AttachedFile;
  /** In the archive. */
  readonly path: string;
  readonly packed: Buffer;
  /** Null where the bytes are not packed. */
  readonly engine: Gunzip | InflateRaw | null;
  /** False: these are the first bytes of a file that is longer. */
  readonly complete?: boolean;
  /** Around the file; one archive more than around the archive where nothing else is said. */
  readonly nesting?: { readonly archives: number; readonly depth: number };
}

/** Given by the unpacking library at once. */
export const chunkSize = 64 * 1024;
const maxNameChars = 200;

/** Unpacks one file of an archive within the budget: hashes it, names it, and passes it on to be looked into. */
export async function takeMember(member: Member, found: Found): Promise<void> {
  const { archive, path, packed, engine, nesting, complete = true } = member;
  const name = nameOnly(path);
  let kind: FileKind | null = null;
  let content: FileContent | undefined;
  const sink = attachmentSink(
    {
      encoding: '',
      hashed: true,
      budget: found.budget.kept,
      wanted(start) {
        kind = fileKind(start, { fileName: name, contentType: '' });
        return kind !== null;
      },
    },
    (taken) => {
      content = taken;
    },
  );
  const whole = (await unpackInto(sink.take, packed, engine, found)) && complete;
  sink.close(false);
  if (content === undefined) return;
  const part = memberPart(archive, path);
  // The hash of half a file names no file.
  const known = whole ? content : { ...content, hashes: null };
  found.member({ ...(await describeContent(name, '', known, kind, found)), part, from: archive.part });
  if (content.cut) found.finding('attachment-too-large');
  if (kind === null || content.kept === null) return;
  const { archives, depth } = nesting ?? { archives: archive.archives + 1, depth: archive.depth };
  const { kept: bytes } = content;
  const { doubtful } = archive;
  found.file({ kind, name, part, path: part, contentType: '', bytes, charset: null, archives, depth, doubtful });
}

/** @returns whether all of it was unpacked */
async function unpackInto(
  take: (bytes: Buffer) => void,
  packed: Buffer,
  engine: Gunzip | InflateRaw | null,
  found: Found,
): Promise<boolean> {
  const { budget } = found;
  const takeWithin = (chunk: Buffer) => {
    const bytes = chunk.subarray(0, budget.unpackedBytes);
    budget.unpackedBytes -= bytes.length;
    take(bytes);
    return bytes.length === chunk.length;
  };
  const end = engine === null ? (takeWithin(packed) ? 'whole' : 'stopped') : await inflate(packed, engine, takeWithin);
  if (end === 'stopped') found.finding('archive-cut');
  if (end === 'damaged') found.finding('attachment-unreadable');
  return end === 'whole';
}

/**
 * Gives all that comes before a fault, and before it was told to stop. What stands behind the end is passed over.
 * @param take answers whether to go on
 */
export function inflate(
  packed: Buffer,
  engine: Gunzip | InflateRaw,
  take: (chunk: Buffer) => boolean,
): Promise<'whole' | 'stopped' | 'damaged'> {
  return new Promise((resolve) => {
    engine.on('data', (chunk: Buffer) => {
      if (engine.destroyed || take(chunk)) return;
      resolve('stopped');
      engine.destroy();
    });
    engine.on('end', () => resolve('whole'));
    engine.on('error', () => resolve('damaged'));
    engine.end(packed);
  });
}

/** `1.3/feed.zip!folder/inner.html`. */
export function memberPart(archive: AttachedFile, path: string): string {
  return `${archive.path}!${shown(path)}`;
}

/** The last name of a path, whatever separates its names. */
export function nameOnly(path: string): string {
  const file = /[/\\]$/.test(path) ? path.slice(0, -1) : path;
  return shown(file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1));
}

/** On one line, whole characters, and not too long: the sender chooses it. */
export function shown(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return wellFormed(text.slice(0, maxNameChars)).replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ');
}
