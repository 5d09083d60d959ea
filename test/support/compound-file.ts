import { burn } from '@kenjiuno/msgreader/lib/Burner.js';

/** Streams as bytes, storages as records of the same. */
export interface CompoundTree {
  readonly [name: string]: Uint8Array | CompoundTree;
}

interface Entry {
  name: string;
  type: number;
  length: number;
  children?: number[];
  binaryProvider?: () => Uint8Array;
}

/** A compound file (MS-CFB), written by a library that has nothing to do with the reader. */
export function compoundFile(tree: CompoundTree): Buffer {
  const entries: Entry[] = [{ name: 'Root Entry', type: 5, length: 0, children: [] }];
  const addAll = (children: CompoundTree, parent: Entry) => {
    for (const [name, content] of Object.entries(children)) {
      parent.children?.push(entries.length);
      if (isBytes(content)) {
        // A copy: the library looks at the memory behind the bytes.
        const bytes = Uint8Array.from(content);
        entries.push({ name, type: 2, length: bytes.length, binaryProvider: () => bytes });
        continue;
      }
      const storage: Entry = { name, type: 1, length: 0, children: [] };
      entries.push(storage);
      addAll(content, storage);
    }
  };
  addAll(tree, entries[0] as Entry);
  return Buffer.from(burn(entries));
}

function isBytes(content: Uint8Array | CompoundTree): content is Uint8Array {
  return ArrayBuffer.isView(content);
}

export interface MsgInput {
  readonly headers?: string;
  readonly subject?: string;
  readonly from?: { readonly name: string; readonly address: string };
  readonly messageId?: string;
  readonly body?: string;
  readonly html?: Buffer;
  readonly codePage?: number;
  readonly rtf?: Buffer;
  readonly attachments?: readonly MsgAttachmentInput[];
}

export interface MsgAttachmentInput {
  readonly name: string;
  readonly bytes?: Buffer;
  readonly message?: MsgInput;
  /** Where the file is instead. */
  readonly target?: string;
  readonly object?: CompoundTree;
}

/** A message of Outlook (MS-OXMSG). */
export function msgFile(input: MsgInput): Buffer {
  return compoundFile(msgTree(input, 32));
}

function msgTree(input: MsgInput, headerBytes: number): CompoundTree {
  const rows: Buffer[] = [Buffer.alloc(headerBytes)];
  if (input.codePage !== undefined) rows.push(numberRow(0x3fde, input.codePage));
  const tree: Record<string, Uint8Array | CompoundTree> = { '__properties_version1.0': Buffer.concat(rows) };
  const text = (id: string, value: string | undefined) => {
    if (value !== undefined) tree[`__substg1.0_${id}001F`] = Buffer.from(value, 'utf16le');
  };
  text('007D', input.headers);
  text('0037', input.subject);
  text('0C1A', input.from?.name);
  text('5D01', input.from?.address);
  text('1035', input.messageId);
  text('1000', input.body);
  if (input.html !== undefined) tree['__substg1.0_10130102'] = input.html;
  if (input.rtf !== undefined) tree['__substg1.0_10090102'] = input.rtf;
  for (const [index, attachment] of (input.attachments ?? []).entries()) {
    const storage: Record<string, Uint8Array | CompoundTree> = {
      '__properties_version1.0': Buffer.alloc(8),
      '__substg1.0_3707001F': Buffer.from(attachment.name, 'utf16le'),
    };
    if (attachment.bytes !== undefined) storage['__substg1.0_37010102'] = attachment.bytes;
    if (attachment.message !== undefined) storage['__substg1.0_3701000D'] = msgTree(attachment.message, 24);
    if (attachment.object !== undefined) storage['__substg1.0_3701000D'] = attachment.object;
    if (attachment.target !== undefined) storage['__substg1.0_370D001F'] = Buffer.from(attachment.target, 'utf16le');
    tree[`__attach_version1.0_#${index.toString(16).padStart(8, '0')}`] = storage;
  }
  return tree;
}

function numberRow(id: number, value: number): Buffer {
  const row = Buffer.alloc(16);
  row.writeUInt16LE(3, 0);
  row.writeUInt16LE(id, 2);
  row.writeUInt32LE(value, 8);
  return row;
}

/** RTF as a message has it (MS-OXRTFCP), all of it literal. */
export function packedRtf(rtf: string): Buffer {
  const bytes = Buffer.from(rtf, 'latin1');
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 8) pieces.push(Buffer.from([0]), bytes.subarray(at, at + 8));
  const packed = Buffer.concat(pieces);
  const header = Buffer.alloc(16);
  header.writeUInt32LE(packed.length + 12, 0);
  header.writeUInt32LE(bytes.length, 4);
  header.writeUInt32LE(0x75465a4c, 8);
  return Buffer.concat([header, packed]);
}

/** HTML in RTF (MS-OXRTFEX), as Outlook writes it. */
export function htmlInRtf(pieces: readonly { readonly tag?: string; readonly text?: string }[]): string {
  const body = pieces.map(({ tag, text }) =>
    tag === undefined
      ? (text ?? '')
      : `{\\*\\htmltag64 ${tag.replaceAll(/[\\{}]/g, '\\$&')}}\\htmlrtf \\par \\htmlrtf0 `,
  );
  return `{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\deff0{\\fonttbl{\\f0 Arial;}}\n${body.join('\n')}}`;
}

/** What the packager of Windows puts into a document for a file. */
export function packagedObject(name: string, bytes: Buffer): Buffer {
  const path = Buffer.from(`C:\\${name}\0`, 'latin1');
  const size = Buffer.alloc(4);
  size.writeUInt32LE(bytes.length);
  const body = [Buffer.from([2, 0]), Buffer.from(`${name}\0`, 'latin1'), path, Buffer.from([0, 0, 3, 0]), size, path];
  const whole = Buffer.concat([...body, size, bytes]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(whole.length);
  return Buffer.concat([length, whole]);
}
