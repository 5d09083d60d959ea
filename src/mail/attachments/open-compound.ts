import { addDecodedText } from './add-text.js';
import { binaryStrings } from './binary-strings.js';
import { type CompoundEntry, type CompoundFile, childNamed, readCompound } from './compound-file.js';
import { vbaSources } from './decompress-vba.js';
import { isMessage, msgMessage } from './msg-message.js';
import { withoutVocabulary } from './office-vocabulary.js';
import { packagedFile } from './packaged-file.js';
import { takeMapiMessage } from './take-mapi-message.js';
import { takeMember } from './take-member.js';
import { takePlaceIn } from './take-place.js';
import type { AttachedFile, Found } from './types.js';

const maxVbaBytes = 4 * 1024 * 1024;
const maxObjects = 100;
/** The streams of documents that are searched for strings: text of Word, Excel, PowerPoint, Publisher, Visio. */
const mainStreams = /^(?:WordDocument|Workbook|Book|PowerPoint Document|VisioDocument|Contents|Quill)$/i;
/** Streams of objects that are a file. */
const packageStreams: ReadonlySet<string> = new Set(['\u0001ole10native', 'package']);
/** Streams of objects that name a file or URL. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: names of streams begin with one
const linkStreams = /^(?:[\u0001\u0003](?:Ole|LinkInfo|ObjInfo)|CONTENTS|LinkInfo)$/i;

/** A compound file: a message of Outlook, an Office document before 2007 or with a password, a VBA project, an object. */
export async function openCompound(file: AttachedFile, found: Found): Promise<void> {
  const compound = readCompound(file.bytes);
  if (compound === null) {
    found.finding('attachment-unreadable');
    addStrings(file.bytes, file.part, found);
    return;
  }
  if (compound.damaged) found.finding('attachment-unreadable');
  if (isMessage(compound.root)) await openMsg(compound, compound.root, file.path, file.depth + 1);
  else await openDocument(compound, compound.root, { file, path: file.path, part: file.part }, found);

  async function openMsg(from: CompoundFile, storage: CompoundEntry, path: string, depth: number): Promise<void> {
    if (depth > found.maxDepth) {
      found.finding('depth-cut');
      return;
    }
    const message = msgMessage(from, storage, storage !== from.root, async (inner, innerPath, innerDepth) => {
      if (isMessage(inner)) await openMsg(from, inner, innerPath, innerDepth);
      else await openDocument(from, inner, { file, path: innerPath, part: innerPath }, found);
    });
    await takeMapiMessage(message, { file, path, depth, carried: true }, found);
  }
}

interface DocumentPlace {
  readonly file: AttachedFile;
  readonly path: string;
  readonly part: string;
}

async function openDocument(
  compound: CompoundFile,
  root: CompoundEntry,
  place: DocumentPlace,
  found: Found,
): Promise<void> {
  if (isEncrypted(compound, root)) found.finding('office-encrypted');
  const isMain = root.children.some(({ name }) => mainStreams.test(name));
  let objects = 0;
  const waiting = [{ storage: root, vba: false }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const entry of next.storage.children) {
      const vba = next.vba || /^VBA$/i.test(entry.name);
      if (entry.kind === 'storage') {
        if (vba) found.finding('office-macro');
        waiting.push({ storage: entry, vba });
        continue;
      }
      if (found.overdue()) {
        found.finding('attachments-cut');
        return;
      }
      if (next.vba) addSources(compound.read(entry), place.part, found);
      else if (packageStreams.has(entry.name.toLowerCase())) {
        if (objects < maxObjects) await takeObject(compound, entry, place, found);
        else found.finding('file-cut');
        objects += 1;
      } else if (linkStreams.test(entry.name) || (isMain && !/^Pictures$/i.test(entry.name)))
        addStrings(compound.read(entry), place.part, found);
    }
  }
}

function isEncrypted(compound: CompoundFile, root: CompoundEntry): boolean {
  if (childNamed(root, 'EncryptedPackage') !== undefined) return true;
  const word = childNamed(root, 'WordDocument');
  // Flags of the file information block (MS-DOC §2.5.2).
  if (word !== undefined) return ((compound.read(word, 32).at(11) ?? 0) & 1) !== 0;
  const book = childNamed(root, 'Workbook') ?? childNamed(root, 'Book');
  return book !== undefined && isLockedBook(compound.read(book, 4096));
}

/** FilePass stands near the beginning (MS-XLS §2.4.117). */
function isLockedBook(start: Buffer): boolean {
  for (let at = 0; at + 4 <= start.length; at += 4 + start.readUInt16LE(at + 2))
    if (start.readUInt16LE(at) === 0x2f) return true;
  return false;
}

function addSources(stream: Buffer, part: string, found: Found): void {
  const sources = vbaSources(stream, Math.min(maxVbaBytes, found.budget.unpackedBytes));
  for (const source of sources) {
    found.budget.unpackedBytes -= source.length;
    // `"https://a.exa" & "mple/"` is one constant.
    addDecodedText(source.replaceAll(/"[ \t]*[&+][ \t]*"/g, ''), { kind: 'text', part, urlKind: 'script' }, found);
  }
}

async function takeObject(
  compound: CompoundFile,
  entry: CompoundEntry,
  { file, path }: DocumentPlace,
  found: Found,
): Promise<void> {
  if (!takePlaceIn(file, found)) return;
  found.finding('office-object');
  const stream = compound.read(entry);
  const { name, bytes } = packagedFile(stream) ?? { name: 'object', bytes: stream };
  await takeMember({ archive: { ...file, path }, path: name, packed: bytes, engine: null }, found);
}

function addStrings(bytes: Buffer, part: string, found: Found): void {
  const { text, cut } = binaryStrings(bytes);
  if (cut) found.finding('file-cut');
  addDecodedText(withoutVocabulary(text), { kind: 'text', part, urlKind: 'attachment' }, found);
}
