import { type CompoundEntry, type CompoundFile, childNamed } from './compound-file.js';
import { type MapiProperties, type MapiValue, mapiIds, wantedIds } from './mapi-properties.js';
import type { MapiAttachment, MapiMessage } from './take-mapi-message.js';

const propertiesName = '__properties_version1.0';
const attachmentName = /^__attach_version1\.0_/i;
/** The tag of a property: id, then type. */
const valueName = /^__substg1\.0_([0-9a-f]{4})([0-9a-f]{4})$/i;
const objectName = '__substg1.0_3701000D';
const maxValueBytes = 16 * 1024 * 1024;
const maxAttachments = 1000;
const rowBytes = 16;

/** Whether the storage is a message of a .msg file. */
export function isMessage(storage: CompoundEntry): boolean {
  return childNamed(storage, propertiesName) !== undefined;
}

/** What an attachment is that is no file: a message, or an object of a program. */
export type OpenStorage = (storage: CompoundEntry, path: string, depth: number) => Promise<void>;

/**
 * A message in a compound file (MS-OXMSG). Its values are read one by one: nothing that it counts is believed.
 * @param open looks into a message or object within
 */
export function msgMessage(
  compound: CompoundFile,
  storage: CompoundEntry,
  embedded: boolean,
  open: OpenStorage,
): MapiMessage {
  const attachments = storage.children
    .filter(({ kind, name }) => kind === 'storage' && attachmentName.test(name))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .slice(0, maxAttachments);
  return {
    properties: readProperties(compound, storage, embedded ? 24 : 32),
    attachments: attachments.map((attachment) => readAttachment(compound, attachment, open)),
  };
}

function readAttachment(compound: CompoundFile, storage: CompoundEntry, open: OpenStorage): MapiAttachment {
  const properties = readProperties(compound, storage, 8);
  const object = childNamed(storage, objectName);
  return {
    properties,
    bytes: properties.get(mapiIds.data)?.bytes ?? null,
    open: object?.kind === 'storage' ? (path, depth) => open(object, path, depth) : null,
  };
}

function readProperties(compound: CompoundFile, storage: CompoundEntry, headerBytes: number): MapiProperties {
  const properties = new Map<number, MapiValue>();
  const rows = childNamed(storage, propertiesName);
  const bytes = rows === undefined ? Buffer.alloc(0) : compound.read(rows);
  // Rows hold numbers and times; what is longer has a stream of its own (§2.4).
  for (let at = headerBytes; at + rowBytes <= bytes.length; at += rowBytes) {
    const id = bytes.readUInt16LE(at + 2);
    if (wantedIds.has(id)) properties.set(id, { type: bytes.readUInt16LE(at), bytes: bytes.subarray(at + 8, at + 16) });
  }
  for (const child of storage.children) {
    const [, id = '', type = ''] = valueName.exec(child.name) ?? [];
    const number = Number.parseInt(id, 16);
    if (child.kind !== 'stream' || !wantedIds.has(number)) continue;
    properties.set(number, { type: Number.parseInt(type, 16), bytes: compound.read(child, maxValueBytes) });
  }
  return properties;
}
